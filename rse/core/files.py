"""Pictures that people send: checked by content, drawn anew without what cameras add, under names of ours."""

import io
import re
import secrets
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from rse.core.i18n import _

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 64
FORMATS = {"JPEG": {"jpg", "jpeg"}, "PNG": {"png"}, "WEBP": {"webp"}}
NAME = re.compile(r"[0-9a-f]{32}\.jpg")
QUALITY = 86
WHITE = (255, 255, 255)


class BadPicture(Exception):
    """A file that is not taken as a picture; the text says why, to the person who sent it."""


def square(data: bytes, filename: str, side: int) -> bytes:
    """Give a picture cut to a square and drawn anew as JPEG, `side` pixels wide at most. Raises BadPicture.

    Nothing of the original file is kept: no place, no camera, no hidden part. A picture that claims more
    pixels than a camera makes is refused before it is unpacked.
    """
    if len(data) > MAX_BYTES:
        raise BadPicture(_("The picture is larger than 8 MB."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _draw(data, filename, side)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(_("The picture has too many pixels.")) from None
    except Exception as error:  # decoders raise what they like on broken files
        raise BadPicture(_("This file is not a picture that can be read.")) from error


def _draw(data: bytes, filename: str, side: int) -> bytes:
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as opened:
        extension = filename.rpartition(".")[2].lower()
        if extension not in FORMATS.get(opened.format or "", ()):
            raise BadPicture(_("The name of the file does not fit its content (JPEG, PNG or WebP)."))
        if opened.width * opened.height > MAX_PIXELS:
            raise BadPicture(_("The picture has too many pixels."))
        if min(opened.size) < MIN_SIDE:
            raise BadPicture(_("The picture is too small: at least 64 pixels."))
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


def keep(folder: Path, jpeg: bytes) -> str:
    """Store a picture under a name that cannot be guessed, and give the name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{secrets.token_hex(16)}.jpg"
    (folder / name).write_bytes(jpeg)
    return name


def find(folder: Path, name: str) -> Path | None:
    """Give the file of a stored picture; None for a name that we did not make, or a file that is gone."""
    path = folder / name
    return path if NAME.fullmatch(name) and path.is_file() else None


def forget(folder: Path, name: str | None) -> None:
    """Remove a stored picture."""
    path = find(folder, name) if name else None
    if path:
        path.unlink(missing_ok=True)
