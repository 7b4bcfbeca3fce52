"""Polls for programs: a ballot is put, and taken back where it is by name."""

from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.api import endpoint
from rse.core.web import SIGNED_IN, viewer
from rse.feed import documents
from rse.feed.documents import PostOut
from rse.polls import service
from rse.polls.schemas import Vote

blueprint = Blueprint("polls_api", __name__)


@endpoint(
    blueprint,
    "/posts/<pid:post_id>/ballot",
    "PUT",
    rule=SIGNED_IN,
    body=Vote,
    returns=PostOut,
    limit="60/minute",
)
def vote(post_id: int, body: Vote) -> Any:
    """Vote in a poll; in one by name another ballot takes the place of the first."""
    session, who = db.session(), viewer()
    service.vote(session, who, post_id, body.choices)
    return documents.post(session, who, post_id)


@endpoint(blueprint, "/posts/<pid:post_id>/ballot", "DELETE", rule=SIGNED_IN, status=204)
def withdraw(post_id: int) -> None:
    """Take a ballot by name back."""
    service.withdraw(db.session(), viewer(), post_id)


@endpoint(blueprint, "/posts/<pid:post_id>/poll/closing", "PUT", rule=SIGNED_IN, returns=PostOut)
def close(post_id: int) -> Any:
    """End a poll now."""
    session, who = db.session(), viewer()
    service.close(session, who, post_id)
    return documents.post(session, who, post_id)
