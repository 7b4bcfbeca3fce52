"""Files are found by their names and by the words in them, by those who read what they hang on."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from rse.core import db
from rse.files import wording
from rse.files.extracting import extract
from rse.files.models import FileText
from rse.search import service
from rse.search.current import backend, sources
from tests.files.conftest import archive, sent
from tests.search.company import Company

WORD = b"""<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body><w:p><w:r><w:t>Le tungst\xc3\xa8ne</w:t></w:r>
<w:r><w:t xml:space="preserve"> fond tard.</w:t></w:r></w:p><w:p><w:r><w:t>Page deux</w:t></w:r></w:p></w:body></w:document>"""
CALC = b"""<?xml version="1.0"?><office:document xmlns:office="urn:o" xmlns:text="urn:t"><text:p>Molybd\xc3\xa8ne
<text:span>rare</text:span></text:p></office:document>"""
SLIDE = (
    b"""<?xml version="1.0"?><p:sld xmlns:p="urn:p" xmlns:a="urn:a"><a:p><a:t>Vanadium</a:t></a:p></p:sld>"""
)


def page_of(text: str) -> bytes:
    """A PDF of one page, by hand."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def parts(**contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in contents.items():
            made.writestr(name, content)
    return out.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("media_type", "data", "expected"),
    [
        ("application/pdf", page_of("Le platine brille"), "Le platine brille"),
        (f"{OFFICE}wordprocessingml.document", parts(**{"word/document.xml": WORD}), "Le tungstène fond tard.\nPage deux"),
        (f"{OFFICE}presentationml.presentation", parts(**{"ppt/slides/slide1.xml": SLIDE}), "Vanadium"),
        ("application/vnd.oasis.opendocument.text", parts(**{"content.xml": CALC}), "Molybdène rare"),
        ("text/plain", "Été à\x00 Lyon".encode("cp1252"), "Été à Lyon"),
        ("application/zip", b"PK", ""),
    ],
)  # fmt: skip
def test_each_kind_is_read(tmp_path: Path, media_type: str, data: bytes, expected: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert extract(media_type, path) == expected


def test_a_file_that_cannot_be_read_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"%PDF-1.7 broken")
    assert wording.text_of(path, "application/pdf") is None
    bomb = WORD.replace(
        b'<?xml version="1.0"?>', b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 99 + b'"><!ENTITY b "&a;&a;">]>'
    )
    path.write_bytes(parts(**{"word/document.xml": bomb.replace(b"Page deux", b"&b;")}))
    assert "aaaa" not in (wording.text_of(path, f"{OFFICE}wordprocessingml.document") or "")


def test_what_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    monkeypatch.setattr(wording, "SECONDS", 0.001)
    assert wording.text_of(path, "text/plain") is None


@pytest.fixture
def published(company: Company) -> Company:
    slug = company.group("karim", "Atelier métal", "closed")
    file = sent(company["karim"], page_of("Le platine brille"), "alliage.pdf")
    company.post("karim", "Voir la note", group=slug, attachments=[file["id"]])
    note = sent(company["sofia"], b"le palladium se dissout", "essai.txt")
    post = company.post("sofia", "Voir aussi", attachments=[note["id"]])
    company.ids["post"] = post["id"]
    company.index()
    return company


def names(company: Company, who: str, text: str) -> list[str]:
    return company.titles(who, text, type="file")


def test_words_in_files_are_found_by_who_reads_the_post(published: Company) -> None:
    assert names(published, "karim", "alliage") == ["alliage.pdf"]
    assert names(published, "karim", "platine") == []
    assert wording.read_files() == 2
    assert wording.read_files() == 0
    published.index()
    assert names(published, "karim", "platine") == ["alliage.pdf"]
    for question in ("platine", "alliage"):
        found = published.search("amelie", question)
        assert (found["items"], found["total"], found["did_you_mean"]) == ([], 0, None)
        assert names(published, "amelie", question) == []
    (item,) = published.search("amelie", "palladium", type="file")["items"]
    assert "<mark>palladium</mark>" in item["snippet_html"]
    assert item["url"] == f"/posts/{published.ids['post']}"
    assert "essai.txt" in published["amelie"].get("/search?q=palladium").text
    assert service.differing(db.session(), backend(), sources()) == {}


def test_files_follow_their_post(published: Company) -> None:
    wording.read_files()
    published.index()
    assert names(published, "amelie", "palladium") == ["essai.txt"]
    published.do("sofia", "DELETE", f"/posts/{published.ids['post']}", 204)
    assert published.search("amelie", "palladium")["items"] == []
    published.index()
    assert published.search("amelie", "palladium")["total"] == 0
    assert service.differing(db.session(), backend(), sources()) == {}


def test_a_file_that_is_taken_off_leaves_its_words_nowhere(published: Company) -> None:
    wording.read_files()
    published.index()
    published.do("sofia", "PATCH", f"/posts/{published.ids['post']}", body="Sans", attachments=[])
    published.index()
    assert published.search("amelie", "palladium")["total"] == 0
    assert not [text for text in db.session().scalars(select(FileText.text)) if "palladium" in text]


def test_an_archive_without_a_document_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(archive("autre.xml"))
    assert extract(f"{OFFICE}wordprocessingml.document", path) == ""
