"""Forms of events, and their calendar files."""

from typing import Any

from flask import Blueprint, Response

from rse.core import db
from rse.core.web import SIGNED_IN, is_fragment, read_form, route, see_other, settings, viewer
from rse.feed import queries as feed
from rse.feed import timeline
from rse.feed.views import card_of
from rse.gatherings import calendar_file, queries, service
from rse.gatherings.schemas import Answer

blueprint = Blueprint("gatherings", __name__)


@route(blueprint, "/posts/<pid:post_id>/coming", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def come(post_id: int) -> Any:
    """Say whether one comes."""
    session, who = db.session(), viewer()
    service.answer(session, who, post_id, read_form(Answer).input.answer)
    if is_fragment():
        return card_of(timeline.one(session, who, post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/event.ics", rule=SIGNED_IN)
def calendar(post_id: int) -> Any:
    """Give the event as a calendar file."""
    session = db.session()
    post = feed.post(session, viewer(), post_id)
    body = calendar_file.write(post, queries.gathering(session, post_id), settings().base_url)
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=event.ics"
    return response
