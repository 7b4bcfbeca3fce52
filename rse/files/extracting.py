"""The text of one file, written to the output: a program of its own, bounded in memory, time and length.

    python rse/files/extracting.py MEDIA_TYPE PATH

A file that somebody sent may be made to burn whoever reads it. So nothing of the application is here: what is
wrong with a file ends this process only. PDF is read by pypdf; the others are XML in a ZIP, read by lxml
without entities, without the network.
"""

import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from pypdf import PdfReader

MOST = 200_000  # characters
PAGES = 500
PART = 40 * 1024 * 1024  # bytes of one part of an archive, unpacked
MEMORY = 1024 * 1024 * 1024  # bytes of addresses
SECONDS = 20  # of the processor
SLIDES = 300
PARAGRAPHS = {"p", "h", "tr", "si", "br", "tab"}  # after these a new line begins
OFFICE = {
    "wordprocessingml.document": ("word/document.xml", "word/footnotes.xml"),
    "spreadsheetml.sheet": ("xl/sharedStrings.xml",),
    "presentationml.presentation": ("ppt/slides/", "ppt/notesSlides/"),
    "opendocument": ("content.xml",),
}


def pdf(path: Path) -> Iterator[str]:
    """Give the text of each page; nothing of a file that asks for a password."""
    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return
    for page in reader.pages[:PAGES]:
        yield page.extract_text()


def markup(data: bytes) -> Iterator[str]:
    """Give the texts of XML in their order, a line for each paragraph."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    if root is None:
        return
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            yield _flat(element.text)
            continue
        if element.tag.rpartition("}")[2] in PARAGRAPHS:
            yield "\n"
        yield _flat(element.tail)


def _flat(text: str | None) -> str:
    """Give a text of XML with its line breaks as spaces: they only lay out the file."""
    return " ".join(text.split("\n")) if text else ""


def parts(path: Path, wanted: tuple[str, ...]) -> Iterator[str]:
    """Give the texts of the parts of an archive that hold what a person wrote."""
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith(".xml") and n.startswith(wanted)]
        for name in sorted(names, key=lambda n: (len(n), n))[:SLIDES]:
            with archive.open(name) as part:
                yield from markup(part.read(PART))
            yield "\n"


def plain(path: Path) -> Iterator[str]:
    """Give a text as it is."""
    data = path.read_bytes()[: MOST * 4]
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        yield data.decode("cp1252", "replace")


def texts(media_type: str, path: Path) -> Iterator[str]:
    """Give the texts of a file by its kind; none of a kind that holds no text."""
    if media_type == "application/pdf":
        return pdf(path)
    if media_type.startswith("text/"):
        return plain(path)
    wanted = next((parts_ for kind, parts_ in OFFICE.items() if kind in media_type), ())
    return parts(path, wanted) if wanted else iter(())


def extract(media_type: str, path: Path) -> str:
    """Give the text of a file, cut at its limit. Raises what the readers raise."""
    found, length = [], 0
    for text in texts(media_type, path):
        found.append(text)
        length += len(text)
        if length > MOST:
            break
    words = "".join(letter if letter.isprintable() or letter.isspace() else " " for letter in "".join(found))
    return "\n".join(" ".join(line.split()) for line in words.splitlines() if line.strip())[:MOST]


def main() -> None:
    """Bound this process, then read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(extract(sys.argv[1], Path(sys.argv[2])).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
