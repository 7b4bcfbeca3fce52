"""One's own data for programs: ask for a copy, see whether it is ready, fetch it."""

from flask import Blueprint, Response

from rse.core import db
from rse.core.api import PREFIX, endpoint
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, viewer
from rse.privacy import queries, sending, service
from rse.privacy.models import PersonalExport
from rse.privacy.schemas import ExportOut

blueprint = Blueprint("privacy_api", __name__)


def _data(row: PersonalExport) -> ExportOut:
    return ExportOut(
        id=row.id, state=row.state, asked_at=row.asked_at, ready_at=row.ready_at, expires_at=row.expires_at,
        size=row.size, url=f"{PREFIX}/me/export/file" if row.state == "ready" else None,
    )  # fmt: skip


def _state() -> ExportOut:
    held = queries.latest(db.session(), viewer().id)
    if held is None:
        raise NotFound
    return _data(held)


@endpoint(
    blueprint, "/me/export", "POST", rule=SIGNED_IN, returns=ExportOut, status=202, limit="10/hour",
    again=lambda _made: _state(),
)  # fmt: skip
def ask() -> ExportOut:
    """Ask for a copy of one's own data; the worker makes it and says when it is ready."""
    return _data(service.ask(db.session(), viewer().id))


@endpoint(blueprint, "/me/export", rule=SIGNED_IN, returns=ExportOut)
def state() -> ExportOut:
    """Say how far the copy is that one asked for last."""
    return _state()


@endpoint(blueprint, "/me/export/file", rule=SIGNED_IN, sends="application/zip", limit="30/hour")
def content() -> Response:
    """Give the copy of one's own data."""
    return sending.send()
