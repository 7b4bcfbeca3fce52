"""The content of a file as an answer: pictures that we have drawn are shown, everything else is saved."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Response, request

from rse.core import db
from rse.core.policy import NotFound
from rse.core.web import viewer
from rse.files import queries, storage
from rse.files.recognising import PICTURES
from rse.files.taking import folder

PART = 65_536  # bytes
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def send(file_id: int, side: int | None = None) -> Response:
    """Send a file to somebody who may read it. Raises NotFound.

    Browsers ask again each time, so that who may not read it any more gets nothing.
    """
    file = queries.one(db.session(), viewer(), file_id)
    path = storage.find(folder(), file.digest, side if file.media_type in PICTURES else None)
    if path is None:
        raise NotFound
    small = path.suffix == ".webp"
    response = Response(parts(path), mimetype="image/webp" if small else file.media_type)
    response.content_length = path.stat().st_size
    name = f"{file.name.rpartition('.')[0]}.webp" if small else file.name
    how = "inline" if file.media_type in PICTURES else "attachment"
    response.headers["Content-Disposition"] = f"{how}; {_named(name)}"
    response.set_etag(path.name)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    response.make_conditional(request)
    return response


def parts(path: Path) -> Iterator[bytes]:
    """Give a file in parts; it is opened when somebody takes the first one."""
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part


def _named(name: str) -> str:
    """Write a name for a header: in plain letters, and in full beside it where that differs (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace("\\", "")
    said = f'filename="{plain}"'
    return said if plain == name else f"{said}; filename*=UTF-8''{quote(name, safe='')}"
