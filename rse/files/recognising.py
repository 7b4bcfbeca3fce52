"""What a file is, by its content: a short list of kinds is taken, everything else is refused in words."""

import io
import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass

from rse.core.i18n import _, lazy

FAMILIES = {
    "picture": (lazy("Pictures"), "image"),
    "document": (lazy("Documents"), "file-text"),
    "sheet": (lazy("Spreadsheets"), "file-text"),
    "slides": (lazy("Presentations"), "file-text"),
    "archive": (lazy("Archives"), "file-text"),
    "media": (lazy("Sound and video"), "file-text"),
}  # name: label and icon
MAX_NAME = 120  # characters, without the extension
MAX_DIRECTORY = 2 * 1024 * 1024  # bytes of the list of a ZIP: it is read whole
PROBED = 4096  # bytes
ASCII, MOSTLY = 0x80, 0.7


class BadFile(Exception):
    """A file that is not taken; the text says why, to the person who sent it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken; the first extension is the one it gets when it has none of these."""

    media_type: str
    family: str
    extensions: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        """Tell whether it is drawn anew and shown in pages."""
        return self.family == "picture"


PICTURES = {
    "image/jpeg": Kind("image/jpeg", "picture", ("jpg", "jpeg")),
    "image/png": Kind("image/png", "picture", ("png",)),
    "image/webp": Kind("image/webp", "picture", ("webp",)),
}
PDF = Kind("application/pdf", "document", ("pdf",))
ZIP = Kind("application/zip", "archive", ("zip",))
MP4 = Kind("video/mp4", "media", ("mp4", "m4v"))
M4A = Kind("audio/mp4", "media", ("m4a",))
WEBM = Kind("video/webm", "media", ("webm",))
MP3 = Kind("audio/mpeg", "media", ("mp3",))
TEXT = Kind(
    "text/plain", "document", ("txt", "md", "log", "json", "yml", "yaml", "toml", "ini", "sql", "tex")
)
TABLE = Kind("text/csv", "sheet", ("csv", "tsv"))
OPEN_XML = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "word/document.xml": Kind(f"{OPEN_XML}wordprocessingml.document", "document", ("docx",)),
    "xl/workbook.xml": Kind(f"{OPEN_XML}spreadsheetml.sheet", "sheet", ("xlsx",)),
    "ppt/presentation.xml": Kind(f"{OPEN_XML}presentationml.presentation", "slides", ("pptx",)),
}
OPEN_DOCUMENT = {
    f"application/vnd.oasis.opendocument.{name}": Kind(
        f"application/vnd.oasis.opendocument.{name}", family, (extension,)
    )
    for name, family, extension in (
        ("text", "document", "odt"),
        ("spreadsheet", "sheet", "ods"),
        ("presentation", "slides", "odp"),
    )
}
REDRAWN = {"gif", "jpg", "jpeg", "png", "webp"}
EVERY = (*PICTURES.values(), PDF, ZIP, MP4, M4A, WEBM, MP3, TEXT, TABLE, *OFFICE.values())
ACCEPT = ",".join(
    f".{extension}" for kind in (*EVERY, *OPEN_DOCUMENT.values()) for extension in kind.extensions
)  # of the field that chooses files: .gif is taken too, and becomes .png

BEGINNINGS: tuple[tuple[int, bytes, Kind | None], ...] = (
    (0, b"%PDF-", PDF),
    (0, b"ID3", MP3),
    *((0, b"\xff" + second, MP3) for second in (b"\xfb", b"\xf3", b"\xf2")),
    *((4, b"ftyp" + brand, None) for brand in (b"hei", b"hev", b"mif", b"msf", b"avi")),  # pictures of phones
    (4, b"ftypM4A", M4A),
    (4, b"ftyp", MP4),
    (24, b"webm", WEBM),
    (31, b"webm", WEBM),
)
MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml|!entity|img|style)", re.IGNORECASE
)
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
END, ZIP64 = b"PK\x05\x06", b"PK\x06\x07"
END_SIZE, LOCATOR_SIZE, MAX_COMMENT = 22, 20, 65_535


def is_picture(data: bytes) -> bool:
    """Tell whether a file begins as the pictures do that are taken."""
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def kind_of(data: bytes, name: str) -> Kind:
    """Say what a file that is no picture is. Raises BadFile for everything that is not on the list."""
    if not data:
        raise BadFile(_("This file is empty."))
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    for at, mark, kind in BEGINNINGS:
        if data.startswith(mark, at):
            return kind or _refused()
    return _text(data, name)


def _refused() -> Kind:
    raise BadFile(
        _("This kind of file is not taken: pictures, PDF, office documents, text, ZIP, sound and video are.")
    )


def _text(data: bytes, name: str) -> Kind:
    """Take what is a text and no page: markup could run where somebody opens it."""
    if CONTROLS.search(data) or MARKUP.search(data[:PROBED]):
        return _refused()
    try:
        data.decode()
    except UnicodeDecodeError:
        if not _old_text(data):
            return _refused()
    return TABLE if name.rpartition(".")[2].lower() in TABLE.extensions else TEXT


def _old_text(data: bytes) -> bool:
    """Tell whether bytes are a text of an older program: such texts are mostly plain letters."""
    sample = data[:PROBED]
    return sum(byte < ASCII for byte in sample) > len(sample) * MOSTLY


def _archive(data: bytes) -> Kind:
    """Tell an office document from a plain ZIP by its list; nothing is unpacked."""
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            declared = b""
            if "mimetype" in names:
                with archive.open("mimetype") as said:
                    declared = said.read(100)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise BadFile(_("This file is damaged: it cannot be read.")) from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadFile(_("A document with macros is not taken: save it without them."))
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in OFFICE.items() if part in names), None) or _refused()
    return OPEN_DOCUMENT.get(declared.decode("ascii", "replace").strip(), ZIP)


def _check_directory(data: bytes) -> None:
    """Refuse a ZIP whose list would fill the memory. Raises BadFile."""
    at = data.rfind(END, max(0, len(data) - END_SIZE - MAX_COMMENT))
    if at < 0 or at + END_SIZE > len(data):
        raise BadFile(_("This file is damaged: it cannot be read."))
    (size,) = struct.unpack_from("<I", data, at + 12)
    if size > MAX_DIRECTORY or data[max(0, at - LOCATOR_SIZE) :].startswith(ZIP64):
        raise BadFile(_("This archive holds too many files."))


def plain_name(name: str) -> str:
    """Give the last part of a name without what nobody sees: no path, no control, one line."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    spaced = "".join(" " if unicodedata.category(c)[0] == "Z" else c for c in last)
    shown = "".join(c for c in spaced if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    return " ".join(shown.split())


def clean_name(name: str, kind: Kind) -> str:
    """Give a name that is safe to show and to save, with an extension that fits the content."""
    stem, dot, extension = plain_name(name).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    if extension.lower() not in kind.extensions:
        drawn = kind.is_picture and extension.lower() in REDRAWN
        stem = stem if drawn or not extension else f"{stem}.{extension}"
        extension = kind.extensions[0]
    stem = stem.strip(" .")[:MAX_NAME].rstrip(" .") or _("file")
    return f"{stem}.{extension}"
