"""Questions for programs: those that wait, "also my question", asking by name, being available."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.api import Listing, endpoint, paginate
from rse.core.model import encode_id
from rse.core.web import SIGNED_IN, decode_cursor, viewer
from rse.questions import queries, service
from rse.questions.schemas import Availability, WaitingPage

blueprint = Blueprint("questions_api", __name__)


def _waiting(one: queries.Waiting) -> dict[str, Any]:
    return {
        "id": encode_id(one.id),
        "title": one.title,
        "excerpt": one.excerpt,
        "created_at": one.at,
        "author_id": one.author.public_id,
        "group": one.group[0] if one.group else None,
        "comment_count": one.comments,
        "tags": list(one.tags),
        "also": one.also,
        "also_mine": one.mine,
    }


@endpoint(blueprint, "/questions", rule=SIGNED_IN, query=WaitingPage, returns=Listing)
def waiting(query: WaitingPage) -> dict[str, Any]:
    """List the questions that nobody has commented, or (`open`) without an accepted answer, oldest first."""
    position: Any = decode_cursor(query.cursor, datetime, int)
    found = queries.waiting(
        db.session(), viewer(), unanswered=query.which == "waiting", after=position, limit=query.limit
    )
    shown, cursor = paginate(found, query.limit, lambda one: (one.at, one.id))
    return {"items": [_waiting(one) for one in shown], "next_cursor": cursor}


@endpoint(blueprint, "/posts/<pid:post_id>/also", "PUT", rule=SIGNED_IN, status=204, limit="60/minute")
def also(post_id: int) -> None:
    """Say that a question that waits is yours too: you are told of its answer."""
    service.join(db.session(), viewer(), post_id, on=True)


@endpoint(blueprint, "/posts/<pid:post_id>/also", "DELETE", rule=SIGNED_IN, status=204, limit="60/minute")
def not_also(post_id: int) -> None:
    """Say that a question is not yours too any more."""
    service.join(db.session(), viewer(), post_id, on=False)


@endpoint(
    blueprint, "/posts/<pid:post_id>/asked/<pid:person_id>", "PUT", rule=SIGNED_IN, status=204,
    limit="30/minute",
)  # fmt: skip
def ask(post_id: int, person_id: int) -> None:
    """Ask somebody by name to look at your question."""
    service.ask(db.session(), viewer(), post_id, person_id)


@endpoint(blueprint, "/me/available", rule=SIGNED_IN, returns=Availability)
def available() -> dict[str, bool]:
    """Tell whether you may be suggested as somebody who could answer."""
    return {"available": queries.available(db.session(), viewer().id)}


@endpoint(blueprint, "/me/available", "PUT", rule=SIGNED_IN, body=Availability, returns=Availability)
def set_available(body: Availability) -> dict[str, bool]:
    """Let yourself be suggested, or not."""
    service.set_available(db.session(), viewer(), on=body.available)
    return {"available": body.available}
