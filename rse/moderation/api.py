"""Moderation for programs: the charter, which stays readable and acceptable while everything else waits."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from rse.core import db, i18n
from rse.core.api import endpoint
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, viewer
from rse.moderation import charter
from rse.moderation.schemas import AcceptCharter

blueprint = Blueprint("moderation_api", __name__)


class CharterOut(BaseModel):
    """The charter in force, in both languages, and the newest version that the caller has accepted."""

    version: int
    body: dict[str, str]
    published_at: datetime
    accepted_version: int


@endpoint(blueprint, "/charter", rule=SIGNED_IN, returns=CharterOut)
def read_charter() -> Any:
    """Give the charter in force; 404 when there is none."""
    session, number = db.session(), charter.in_force(db.session())
    if not number:
        raise NotFound
    version = charter.find(session, number)
    return {
        "version": number,
        "body": {"fr": version.body_fr, "en": version.body_en},
        "published_at": version.published_at,
        "accepted_version": charter.accepted(viewer()),
    }


@endpoint(blueprint, "/me/charter", "PUT", rule=SIGNED_IN, body=AcceptCharter, status=204)
def accept_charter(body: AcceptCharter) -> None:
    """Accept the version in force; another one is refused, since it is another text."""
    charter.accept(db.session(), viewer(), body.version, i18n.get_locale())
