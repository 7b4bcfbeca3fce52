"""Contents of files in the data directory, each under the hash of what it holds, with its small pictures."""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from rse.core.files import SMALL

DIGEST = re.compile(r"[0-9a-f]{64}")
YOUNG = 60.0  # seconds in which a content is left alone: its row may be on its way


def digest_of(data: bytes) -> str:
    """Give the name of a content."""
    return sha256(data).hexdigest()


def path_of(folder: Path, digest: str, side: int | None = None) -> Path:
    """Give where a content lies, or its small picture."""
    return folder / digest[:2] / (digest if side is None else f"{digest}.{side}.webp")


def put(folder: Path, data: bytes, small: Mapping[int, bytes]) -> str:
    """Store a content and its small pictures, unless they are there; gives the content's name."""
    digest = digest_of(data)
    path_of(folder, digest).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for side, content in ((None, data), *small.items()):
        path = path_of(folder, digest, side)
        try:
            os.utime(path)  # as new: whoever tidies up leaves it alone
        except FileNotFoundError:
            _write(path, content)
    return digest


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.rename(path)


def find(folder: Path, digest: str, side: int | None = None) -> Path | None:
    """Give the file of a content; of a small picture the next larger one where it was never needed."""
    sides: list[int | None] = [s for s in SMALL if side is not None and s >= side]
    for wanted in [*sides, None]:
        path = path_of(folder, digest, wanted)
        if path.is_file():
            return path
    return None


def remove(folder: Path, digest: str, before: float | None = None) -> bool:
    """Remove a content that nobody names, if it was stored before a moment (epoch); says whether it did."""
    path = path_of(folder, digest)
    try:
        if path.stat().st_mtime > (time.time() - YOUNG if before is None else before):
            return False
    except FileNotFoundError:
        return False
    for side in (*SMALL, None):
        path_of(folder, digest, side).unlink(missing_ok=True)
    return True


def _stored(folder: Path) -> Iterator[str]:
    for below in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        yield from sorted(path.name for path in below.iterdir() if DIGEST.fullmatch(path.name))


def sweep(folder: Path, wanted: Callable[[list[str]], set[str]], before: float, most: int) -> int:
    """Remove up to `most` contents from before a moment (epoch) that no row names; gives how many."""
    gone, some = 0, []
    for digest in _stored(folder):
        some.append(digest)
        if len(some) == most:
            gone += _remove_unnamed(folder, some, wanted, before)
            some = []
        if gone >= most:
            return gone
    return gone + _remove_unnamed(folder, some, wanted, before)


def _remove_unnamed(
    folder: Path, some: list[str], wanted: Callable[[list[str]], set[str]], before: float
) -> int:
    unnamed = set(some) - wanted(some) if some else set()
    return sum(remove(folder, digest, before) for digest in sorted(unnamed))
