"""Pictures that people send: checked by content, drawn anew without what cameras add, under names of ours."""

import io
import re
import secrets
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageOps

from rse.core.i18n import _

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 64
FORMATS = {"JPEG": {"jpg", "jpeg"}, "PNG": {"png"}, "WEBP": {"webp"}}
NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png)")
QUALITY = 86
WHITE = (255, 255, 255)
PNG = b"\x89PNG"
SHOWN = ("JPEG", "PNG", "WEBP", "GIF")  # what is taken to be shown beside a text
LONGEST = 3840  # pixels of its longer side
SMALL = (480, 1280)  # pixels of the longer side of what pages show of it
SMALL_QUALITY = 80

T = TypeVar("T")


class BadPicture(Exception):
    """A file that is not taken as a picture; the text says why, to the person who sent it."""


def logo(data: bytes, filename: str, size: tuple[int, int]) -> bytes:
    """Give a picture drawn anew as PNG within a size, its transparency kept. Raises BadPicture."""
    _small_enough(data)
    return _checked(lambda: _draw_logo(data, filename, size))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, and smaller ones of it (WebP) where it is larger than they are."""

    data: bytes
    media_type: str
    width: int
    height: int
    small: Mapping[int, bytes]


def picture(data: bytes) -> Picture:
    """Give a picture drawn anew, upright, at most 3,840 pixels long, with the small ones. Raises BadPicture.

    Nothing else of the file is kept. What moves stands still: its first frame is taken.
    """
    return _checked(lambda: _draw_picture(data))


def square(data: bytes, filename: str, side: int) -> bytes:
    """Give a picture cut to a square and drawn anew as JPEG, `side` pixels wide at most. Raises BadPicture.

    Nothing of the original file is kept: no place, no camera, no hidden part. A picture that claims more
    pixels than a camera makes is refused before it is unpacked.
    """
    _small_enough(data)
    return _checked(lambda: _draw(data, filename, side))


def banner(data: bytes, filename: str, sizes: tuple[tuple[int, int], ...]) -> list[bytes]:
    """Give a picture cut to each of these sizes (width, height) and drawn anew as JPEG. Raises BadPicture.

    As with `square`, nothing else of the file is kept.
    """
    _small_enough(data)
    return _checked(lambda: _draw_banner(data, filename, sizes))


def _small_enough(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise BadPicture(_("The picture is larger than 8 MB."))


def _checked(draw: Callable[[], T]) -> T:
    """Draw, and say in words why a file is not taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return draw()
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(_("The picture has too many pixels.")) from None
    except Exception as error:  # decoders raise what they like on broken files
        raise BadPicture(_("This file is not a picture that can be read.")) from error


def _draw_logo(data: bytes, filename: str, size: tuple[int, int]) -> bytes:
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as opened:
        _check(opened, filename)
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail(size, Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_picture(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=list(SHOWN)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise BadPicture(_("The picture has too many pixels."))
        kind = opened.format
        opened.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(opened)
        clear = upright.has_transparency_data
        upright = upright.convert("RGBA" if clear else "RGB")
    upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    clean = Image.new(upright.mode, upright.size)  # without what the file said beside the picture
    clean.paste(upright)
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, "JPEG", quality=QUALITY)
    elif kind == "WEBP":
        clean.save(out, "WEBP", quality=QUALITY, method=2)
    else:
        clean.save(out, "PNG")
    small = {side: _smaller(clean, side) for side in SMALL if max(clean.size) > side}
    media_type = {"JPEG": "image/jpeg", "WEBP": "image/webp"}.get(kind or "", "image/png")
    return Picture(out.getvalue(), media_type, *clean.size, small)


def _smaller(clean: Image.Image, side: int) -> bytes:
    copy = clean.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    copy.save(out, "WEBP", quality=SMALL_QUALITY, method=2)
    return out.getvalue()


def _check(opened: Image.Image, filename: str) -> None:
    """Refuse what is not what its name says, or too large, or too small. Raises BadPicture."""
    extension = filename.rpartition(".")[2].lower()
    if extension not in FORMATS.get(opened.format or "", ()):
        raise BadPicture(_("The name of the file does not fit its content (JPEG, PNG or WebP)."))
    if opened.width * opened.height > MAX_PIXELS:
        raise BadPicture(_("The picture has too many pixels."))
    if min(opened.size) < MIN_SIDE:
        raise BadPicture(_("The picture is too small: at least 64 pixels."))


def _draw_banner(data: bytes, filename: str, sizes: tuple[tuple[int, int], ...]) -> list[bytes]:
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as opened:
        _check(opened, filename)
        opened.draft("RGB", (sizes[0][0] * 2, sizes[0][0] * 2))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGB", upright.size, WHITE)
    ground.paste(upright, mask=upright.getchannel("A"))
    made = []
    for size in sizes:
        out = io.BytesIO()
        cut = ImageOps.fit(ground, size, Image.Resampling.LANCZOS)
        cut.save(out, "JPEG", quality=SMALL_QUALITY, optimize=True)
        made.append(out.getvalue())
    return made


def _draw(data: bytes, filename: str, side: int) -> bytes:
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as opened:
        _check(opened, filename)
        opened.draft("RGB", (side * 2, side * 2))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGB", upright.size, WHITE)
    ground.paste(upright, mask=upright.getchannel("A"))
    width = min(side, *ground.size)
    out = io.BytesIO()
    ImageOps.fit(ground, (width, width), Image.Resampling.LANCZOS).save(
        out, "JPEG", quality=QUALITY, optimize=True
    )
    return out.getvalue()


def keep(folder: Path, picture: bytes) -> str:
    """Store a picture under a name that cannot be guessed, and give the name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    extension = "png" if picture.startswith(PNG) else "jpg"
    name = f"{secrets.token_hex(16)}.{extension}"
    (folder / name).write_bytes(picture)
    return name


def find(folder: Path, name: str) -> Path | None:
    """Give the file of a stored picture; None for a name that we did not make, or a file that is gone."""
    path = folder / name
    return path if NAME.fullmatch(name) and path.is_file() else None


def unused(folder: Path, wanted: Callable[[list[str]], set[str]], before: float, most: int) -> int:
    """Remove up to `most` stored pictures from before a moment (epoch) that nothing names; gives how many.

    `wanted` says which of some names are in use.
    """
    there = folder.iterdir() if folder.is_dir() else ()
    old = [path.name for path in there if NAME.fullmatch(path.name) and path.stat().st_mtime < before]
    gone = sorted(set(old) - wanted(old))[:most]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return len(gone)


def forget(folder: Path, name: str | None) -> None:
    """Remove a stored picture."""
    path = find(folder, name) if name else None
    if path:
        path.unlink(missing_ok=True)
