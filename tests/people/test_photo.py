"""A photo is checked by its content, drawn anew without metadata, and shown to those who may know the person."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from rse.core import files
from rse.core.model import encode_id
from tests import factories

Browser = Callable[[str], factories.Client]


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 120, 90)).save(out, kind, **options)
    return out.getvalue()


def send(browser: factories.Client, data: bytes, name: str = "me.jpg") -> factories.Client:
    return browser.post(
        "/settings/photo", data={"photo": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


def address(browser: factories.Client) -> str | None:
    return browser.get("/api/v1/me").json["avatar_url"]


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def test_it_is_drawn_anew_as_a_square_without_metadata(browser_as: Browser, company: dict[str, int]) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera of Karim"
    exif[0x8825] = {1: "N", 2: (45.0, 45.0, 0.0)}
    exif[0x0112] = 6
    browser = browser_as("karim")
    assert send(browser, picture(exif=exif)).status_code == 303
    answer = browser_as("sofia").get(address(browser))
    assert answer.mimetype == "image/jpeg"
    assert "private" in answer.headers["Cache-Control"]
    assert b"Camera of Karim" not in answer.data
    drawn = Image.open(io.BytesIO(answer.data))
    assert drawn.size == (512, 512)
    assert not drawn.getexif()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "me.png"), ("WEBP", "me.webp"), ("JPEG", "ME.JPEG")])
def test_usual_kinds_are_taken(browser_as: Browser, company: dict[str, int], kind: str, name: str) -> None:
    assert send(browser_as("karim"), picture(kind), name).status_code == 303


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "me.svg", "pas une image lisible"),
        (b"GIF89a" + bytes(40), "me.gif", "pas une image lisible"),
        (picture("PNG"), "me.jpg", "ne correspond pas à son contenu"),
        (picture(), "me.php", "ne correspond pas à son contenu"),
        (picture()[:400], "me.jpg", "pas une image lisible"),
        (picture(size=(20, 20)), "me.jpg", "trop petite"),
        (bomb(60_000, 60_000), "me.png", "trop de pixels"),
        (bomb(8_000, 8_000), "me.png", "trop de pixels"),
        (b"", "me.jpg", "pas une image lisible"),
    ],
    ids=[
        "svg",
        "gif",
        "png named jpg",
        "php",
        "cut off",
        "tiny",
        "bomb",
        "smaller bomb",
        "empty",
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(
    browser_as: Browser, company: dict[str, int], data: bytes, name: str, reason: str
) -> None:
    browser = browser_as("karim")
    answer = send(browser, data, name)
    assert answer.status_code == 422
    assert reason in answer.text
    assert address(browser) is None


def test_another_photo_removes_the_one_before(
    browser_as: Browser, company: dict[str, int], tmp_path: Path
) -> None:
    browser = browser_as("karim")
    send(browser, picture())
    first = address(browser)
    send(browser, picture("PNG"), "b.png")
    assert browser.get(first).status_code == 404
    browser.post("/settings/photo", data={"remove": "1"})
    assert address(browser) is None
    assert list((tmp_path / "pictures").iterdir()) == []


def test_it_is_shown_to_those_who_may_know_the_person(
    browser_as: Browser, group_with_guest: int, company: dict[str, int]
) -> None:
    for name in ("karim", "amelie"):
        send(browser_as(name), picture())
    karim, amelie = address(browser_as("karim")), address(browser_as("amelie"))
    guest = browser_as("james")
    assert guest.get(amelie).status_code == 200
    assert guest.get(karim).status_code == 404
    assert (
        guest.get(karim.replace(encode_id(company["karim"]), encode_id(company["amelie"]))).status_code == 404
    )


def test_no_name_leads_out_of_the_folder(browser_as: Browser, company: dict[str, int]) -> None:
    for name in ("..%2f..%2frse.db", "rse.db", "%2e%2e"):
        assert (
            browser_as("karim").get(f"/people/{encode_id(company['karim'])}/photo/{name}").status_code == 404
        )


def test_a_file_that_is_too_large_is_refused(
    browser_as: Browser, company: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    answer = send(browser_as("karim"), picture())
    assert answer.status_code == 422
    assert "dépasse 8 Mo" in answer.text
