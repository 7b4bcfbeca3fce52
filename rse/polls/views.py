"""Forms of polls: each answers the card to htmx, and 303 without JavaScript."""

from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.web import SIGNED_IN, is_fragment, read_form, route, see_other, viewer
from rse.feed import timeline
from rse.feed.views import card_of
from rse.polls import service
from rse.polls.schemas import Vote

blueprint = Blueprint("polls", __name__)


def _after(post_id: int) -> Any:
    if is_fragment():
        return card_of(timeline.one(db.session(), viewer(), post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/ballot", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def vote(post_id: int) -> Any:
    """Cast a ballot."""
    service.vote(db.session(), viewer(), post_id, read_form(Vote).input.choices)
    return _after(post_id)


@route(blueprint, "/posts/<pid:post_id>/poll/close", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def close(post_id: int) -> Any:
    """End a poll now."""
    service.close(db.session(), viewer(), post_id)
    return _after(post_id)
