"""Files for programs: sent before what they hang on, then named in its `attachments`."""

from typing import Any

from flask import Blueprint, Response, request

from rse.core import db
from rse.core.api import endpoint
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, viewer
from rse.files import queries, sending, service, taking
from rse.files.schemas import DescribeFile, FileOut, FileSize, SendFile, data

blueprint = Blueprint("files_api", __name__)


@endpoint(
    blueprint, "/files", "POST", rule=SIGNED_IN, form=SendFile, returns=FileOut, status=201,
    limit="120/minute", again=lambda made: _again(decode_id(made["id"])),
)  # fmt: skip
def send() -> Any:
    """Store a file that only its sender sees until it hangs on a post, a comment or a message."""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid(file=_("Choose a file first."))
    alt = request.form.get("alt", "")
    if len(alt) > service.MAX_ALT:
        raise Invalid(alt=_("Too long: at most %(max_length)s characters.", max_length=service.MAX_ALT))
    return data(queries.shown_of(taking.take(sent, alt)))


def _again(file_id: int) -> Any:
    return data(queries.shown_of(queries.one(db.session(), viewer(), file_id)))


@endpoint(blueprint, "/files/<pid:file_id>", rule=SIGNED_IN, query=FileSize, sends="*/*")
def content(file_id: int, query: FileSize) -> Response:
    """Give the content of a file to those who may read what it hangs on."""
    return sending.send(file_id, int(query.size) if query.size else None)


@endpoint(blueprint, "/files/<pid:file_id>", "PATCH", rule=SIGNED_IN, body=DescribeFile, returns=FileOut)
def describe(file_id: int, body: DescribeFile) -> Any:
    """Say what one's own picture shows."""
    return data(queries.shown_of(service.describe(db.session(), viewer(), file_id, body.alt)))


@endpoint(blueprint, "/files/<pid:file_id>", "DELETE", rule=SIGNED_IN, status=204)
def discard(file_id: int) -> None:
    """Delete one's own file, from what it hangs on too."""
    service.discard(db.session(), viewer(), file_id)
