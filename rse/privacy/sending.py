"""The copy of one's own data as an answer."""

from flask import Response

from rse.core import clock, db
from rse.core.policy import NotFound
from rse.core.web import viewer
from rse.files.sending import parts
from rse.privacy import queries
from rse.privacy.making import path_of


def send() -> Response:
    """Send the copy to its owner, to be saved and kept by no cache. Raises NotFound."""
    path = path_of(queries.ready(db.session(), viewer().id).file or "")
    if path is None:
        raise NotFound
    name = f"data-{viewer().card.uid}-{clock.today(viewer().timezone).isoformat()}.zip"
    response = Response(parts(path), mimetype="application/zip")
    response.content_length = path.stat().st_size
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
