"""Files on some posts of the demo company: drawn and written here, nothing of anybody's is shipped."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from rse.core import files
from rse.demo.company import Company
from rse.feed.models import Post
from rse.files import recognising, storage
from rse.files.models import File
from rse.files.taking import folder

PAPER, INK, TEAL, SAND = "#fbfaf7", "#1e2224", "#17645e", "#e9dcc3"
WORDS = (
    (220, 84, TEAL, "Tour T-14"),
    (340, 44, INK, "Banc d’essai · hall 2"),
    (430, 44, INK, "Notice, arrêts, pièces"),
    (560, 36, INK, "Scannez avant d’ouvrir"),
)
MACHINES = ("tour", "fraiseuse", "tour", "banc", "rectifieuse", "tour")
LABELLED = {9, 10, 11, 12, 13}
LINES = (
    "Casier partagé : le besoin en une page",
    "",
    "32 outils, 2 équipes, 1 armoire à mi-chemin.",
    "Une ombre par outil : ce qui manque se voit.",
    "Relevé du 3 au 14 : 41 minutes perdues par équipe et par semaine.",
)
OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>"
    ),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
)
END = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"


@dataclass(frozen=True)
class Attachment:
    """A file of a demo post, found by its title."""

    post: str
    name: str
    alt: str
    make: Callable[[], bytes]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _finder(row: int, column: int) -> bool | None:
    """Tell whether a place of one of the three corners of the pattern is dark; None elsewhere."""
    for top, left in ((0, 0), (0, 14), (14, 0)):
        away = max(abs(row - top - 3), abs(column - left - 3))
        if away in range(5):
            return away in {0, 1, 3}
    return None


def _label() -> bytes:
    """Draw the label of a machine: its name beside a square pattern."""
    image = Image.new("RGB", (1400, 800), SAND)
    draw, chance = ImageDraw.Draw(image), random.Random(7)
    draw.rounded_rectangle((90, 90, 1310, 710), 40, PAPER, TEAL, 10)
    for row in range(21):
        for column in range(21):
            dark = _finder(row, column)
            if dark is None:
                dark = chance.choice((True, False))
            if dark:
                x, y = 150 + column * 24, 150 + row * 24
                draw.rectangle((x, y, x + 23, y + 23), INK)
    for y, size, colour, words in WORDS:
        draw.text((720, y), words, colour, ImageFont.load_default(size))
    return _png(image)


def _locker() -> bytes:
    """Draw a locker with the shadow of each tool."""
    image = Image.new("RGB", (1200, 900), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 60, 1140, 840), 24, SAND, INK, 8)
    for column in range(6):
        x = 130 + column * 165
        draw.rounded_rectangle((x, 150, x + 36, 420 - column * 22), 18, TEAL)
        draw.ellipse((x - 24, 110, x + 60, 194), TEAL)
        draw.ellipse((x - 2, 132, x + 38, 172), SAND)
        draw.rounded_rectangle((x - 30, 560, x + 66, 760), 10, INK if column % 2 else TEAL)
        draw.text((x - 20, 780), f"{8 + 2 * column} mm", INK, ImageFont.load_default(30))
    draw.line((60, 480, 1140, 480), INK, 8)
    return _png(image)


def _machines() -> bytes:
    """Write the list of the machines as a table."""
    rows = [
        f"T-{number};{kind};hall 2;{'oui' if number in LABELLED else 'à poser'}"
        for number, kind in enumerate(MACHINES, 9)
    ]
    return "\n".join(["machine;type;lieu;étiquette", *rows, ""]).encode()


def _sheet() -> bytes:
    """Write a page of text as PDF."""
    shown = " ".join(f"({line}) Tj 0 -28 Td" for line in LINES)
    stream = f"BT /F1 18 Tf 60 760 Td {shown} ET".encode("cp1252")
    objects = (*OBJECTS, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + END % start


QR, LOCKER = "Un QR code sur chaque machine", "Un casier à outils partagé entre les deux équipes"
ATTACHMENTS = (
    Attachment(
        QR, "etiquette-T14.png", "Étiquette du tour T-14 : un code carré, son nom et son hall", _label
    ),
    Attachment(QR, "machines-hall-2.csv", "", _machines),
    Attachment(LOCKER, "casier.png", "Croquis d’un casier : six clés, chacune devant son ombre", _locker),
    Attachment(LOCKER, "besoin.pdf", "", _sheet),
)


def load(company: Company) -> None:
    """Hang the files on their posts, as their authors would have."""
    for one in ATTACHMENTS:
        post = company.session.scalars(select(Post).where(Post.demo, Post.title == one.post)).one()
        _hang(company, post, one)
    company.session.flush()


def _hang(company: Company, post: Post, one: Attachment) -> None:
    data = one.make()
    row = File(
        kind="post", object_id=post.id, group_id=post.group_id, position=post.files,
        uploader_id=post.author_id, name=one.name, alt=one.alt, at=post.at,
    )  # fmt: skip
    if recognising.is_picture(data):
        drawn = files.picture(data)
        row.digest = storage.put(folder(), drawn.data, drawn.small)
        row.width, row.height, data = drawn.width, drawn.height, drawn.data
        kind = recognising.PICTURES[drawn.media_type]
    else:
        row.digest = storage.put(folder(), data, {})
        kind = recognising.kind_of(data, one.name)
    row.media_type, row.family, row.size = kind.media_type, kind.family, len(data)
    company.session.add(row)
    post.files += 1
