"""A file is known by its content; pictures are drawn anew; what is not on the list is refused in words."""

import io
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from rse.core import db
from rse.core import files as core_files
from rse.files import taking
from tests import factories
from tests.files.conftest import PDF, archive, picture, send, sent


@pytest.fixture
def amelie(app: Flask, cast: dict[str, int]) -> factories.Client:
    return factories.browser_of(app, cast["amelie"])


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files" / "attached").rglob("*") if path.is_file()]


def test_a_picture_is_drawn_anew_without_place_and_camera(amelie: factories.Client, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera of Karim"
    exif[0x8825] = {1: "N", 2: (45.0, 45.0, 0.0)}
    exif[0x0112] = 6  # lies on its side
    made = sent(amelie, picture("JPEG", (1600, 900), exif=exif) + b"<script>alert(1)</script>", "vue.JPG")
    assert (made["type"], made["name"]) == ("image/jpeg", "vue.JPG")
    assert (made["width"], made["height"]) == (900, 1600)
    answer = amelie.get(made["url"])
    kept = Image.open(io.BytesIO(answer.data))
    assert kept.size == (900, 1600)
    assert not kept.getexif()
    for path in stored(tmp_path):
        assert b"Camera of Karim" not in path.read_bytes()
        assert b"<script>" not in path.read_bytes()
    for side in ("480", "1280"):
        small = amelie.get(made["thumbnails"][side])
        assert small.mimetype == "image/webp"
        assert max(Image.open(io.BytesIO(small.data)).size) == int(side)


def test_a_small_picture_is_its_own_thumbnail(amelie: factories.Client) -> None:
    made = sent(amelie, picture("PNG", (64, 48), "RGBA"), "logo.png", alt="  Le  logo ")
    assert made["alt"] == "Le logo"
    small = amelie.get(made["thumbnails"]["480"])
    assert small.mimetype == "image/png"
    assert Image.open(io.BytesIO(small.data)).mode == "RGBA"


def test_what_moves_stands_still(amelie: factories.Client) -> None:
    frames = [Image.new("P", (80, 80), at) for at in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = sent(amelie, out.getvalue(), "danse.gif")
    assert (made["type"], made["name"]) == ("image/png", "danse.png")


@pytest.mark.parametrize(
    ("data", "name", "media_type", "shown"),
    [
        (PDF, "Rapport.pdf", "application/pdf", "Rapport.pdf"),
        (PDF, "facture.pdf.exe", "application/pdf", "facture.pdf.exe.pdf"),
        (picture("PNG"), "photo.jpg", "image/png", "photo.png"),
        (archive("[Content_Types].xml", "word/document.xml"), "note.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "note.docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "t.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "t.xlsx"),
        (archive("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.text"), "n.odt", "application/vnd.oasis.opendocument.text", "n.odt"),
        (archive("a.txt"), "lot.zip", "application/zip", "lot.zip"),
        ("équipe;jours\nÉtudes;3\n".encode(), "jours.csv", "text/csv", "jours.csv"),
        ("équipe;jours\nÉtudes;3\n".encode("cp1252"), "vieux.csv", "text/csv", "vieux.csv"),
        (b"echo bonjour", "script.bat", "text/plain", "script.bat.txt"),
        (PDF, "../../etc/passwd.pdf", "application/pdf", "passwd.pdf"),
        (PDF, "C:\\Users\\moi\\plan.pdf", "application/pdf", None),
        (PDF, "plan\u202efdp.exe", "application/pdf", "planfdp.exe.pdf"),
        (PDF, "a\tb\x07.pdf", "application/pdf", "ab.pdf"),
        (PDF, "été\u200b 😀.pdf", "application/pdf", "été 😀.pdf"),
        (PDF, "...", "application/pdf", None),
        (PDF, "x" * 400 + ".pdf", "application/pdf", "x" * 120 + ".pdf"),
    ],
)  # fmt: skip
def test_the_content_decides_and_the_name_is_made_safe(
    amelie: factories.Client, data: bytes, name: str, media_type: str, shown: str | None
) -> None:
    made = sent(amelie, data, name)
    assert made["type"] == media_type
    if shown is not None:
        assert made["name"] == shown
    assert not any(unicodedata.category(c)[0] == "C" or c in "/\\" for c in made["name"])
    answer = amelie.get(made["url"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    said = answer.headers["Content-Disposition"]
    assert said.startswith("inline" if media_type.startswith("image/") else "attachment"), said
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def many_entries() -> bytes:
    """A ZIP whose end says that its list takes gigabytes."""
    made = bytearray(archive("a.txt"))
    at = made.rfind(b"PK\x05\x06")
    made[at + 12 : at + 16] = struct.pack("<I", 2**31)
    return bytes(made)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "vide.txt"),
        (SVG, "dessin.svg"),
        (SVG, "dessin.txt"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "page.html"),
        (b"\xef\xbb\xbf\n <HTML><body>", "page.txt"),
        (b"MZ\x90\x00\x03" + bytes(100), "setup.exe"),
        (b"\x7fELF" + bytes(100), "tool"),
        (b"GIF89a" + b"<script>alert(1)</script>", "poly.gif"),
        (b"\x89PNG\r\n\x1a\n" + b"broken", "photo.png"),
        (b"PK\x03\x04" + bytes(50), "lot.zip"),
        (many_entries(), "lot.zip"),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro.docm"),
        (archive("[Content_Types].xml"), "autre.docx"),
        (bomb(30_000, 30_000), "bombe.png"),
        (bomb(7000, 7000), "grande.png"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "photo.heic"),
        (bytes(range(128, 256)) * 20, "quoi.txt"),
    ],
)
def test_everything_else_is_refused_in_words(
    amelie: factories.Client, tmp_path: Path, data: bytes, name: str
) -> None:
    answer = send(amelie, data, name)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["errors"]["file"][0]
    assert stored(tmp_path) == []


def test_sizes_and_space_are_bounded(make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(files_max_mb=1, files_quota_mb=10)
    with app.app_context():
        people = factories.make_cast(db.begin_write())
        db.commit()
        browser = factories.browser_of(app, people["amelie"].id)
        monkeypatch.setattr(taking, "MB", 1000)
        refused = send(browser, PDF + bytes(1000), "gros.pdf")
        monkeypatch.undo()
        assert refused.status_code == 422
        assert "1 Mo" in refused.json["errors"]["file"][0]
        for number in range(21):
            sent(browser, PDF + bytes([number]) * 499_000, f"{number}.pdf")
        refused = send(browser, PDF + b"z" * 10_000, "trop.pdf")
        assert refused.status_code == 422
        assert "10 Mo" in refused.json["errors"]["file"][0]


def test_without_a_file_or_with_too_many_words(amelie: factories.Client) -> None:
    answer = amelie.post("/api/v1/files", data={"alt": "x"}, content_type="multipart/form-data")
    assert "file" in answer.json["errors"]
    assert amelie.post("/api/v1/files", json={"file": "x"}).status_code == 422
    assert "alt" in send(amelie, PDF, "a.pdf", alt="x" * 1001).json["errors"]


def test_a_part_without_a_name_is_no_crash(amelie: factories.Client) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nvaleur\r\n--x--\r\n"
    for path in ("/api/v1/files", "/posts"):
        answer = amelie.post(path, data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 422


def test_the_same_content_is_stored_once_and_what_was_read_is_not_sent_again(
    amelie: factories.Client, tmp_path: Path
) -> None:
    first, second = sent(amelie), sent(amelie)
    assert first["id"] != second["id"]
    assert len(stored(tmp_path)) == 1
    etag = amelie.get(first["url"]).headers["ETag"]
    assert amelie.get(first["url"], headers={"If-None-Match": etag}).status_code == 304


def test_a_key_gives_the_same_file_once(amelie: factories.Client) -> None:
    def go() -> Any:
        data = {"file": (io.BytesIO(PDF), "a.pdf")}
        return amelie.post(
            "/api/v1/files", data=data, content_type="multipart/form-data", headers={"Idempotency-Key": "k"}
        )

    assert go().json["id"] == go().json["id"]


def test_large_pictures_are_made_smaller(amelie: factories.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_files, "LONGEST", 1000)
    made = sent(amelie, picture("JPEG", (2000, 1000)), "large.jpg")
    assert (made["width"], made["height"]) == (1000, 500)
