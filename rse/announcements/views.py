"""Forms of announcements, and the list of who has acknowledged one, for its sender."""

from typing import Any

from flask import Blueprint, request, url_for

from rse.announcements import queries, service
from rse.core import db
from rse.core.policy import NotFound
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    is_fragment,
    page,
    route,
    see_other,
    viewer,
)
from rse.feed import queries as feed
from rse.feed import timeline
from rse.feed.views import card_of

blueprint = Blueprint("announcements", __name__)


@route(blueprint, "/posts/<pid:post_id>/acknowledge", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def acknowledge(post_id: int) -> Any:
    """Say "read and understood"."""
    session, who = db.session(), viewer()
    service.acknowledge(session, who, post_id)
    if is_fragment():
        return card_of(timeline.one(session, who, post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/acknowledgements", rule=SIGNED_IN)
def acknowledgements(post_id: int) -> Any:
    """Show its sender who has acknowledged an announcement, or who has not yet."""
    session, who = db.session(), viewer()
    found = feed.post(session, who, post_id)
    asked = queries.announcement(session, post_id)
    if found.author_id != who.id or not asked.acknowledge:
        raise NotFound
    position, waiting = (
        decode_cursor(request.args.get("after"), str, int),
        request.args.get("state") == "waiting",
    )
    listed = queries.waited_for if waiting else queries.acknowledged
    people, more = listed(session, found, (position[0], position[1]) if position else None)
    state = "waiting" if waiting else None
    return page(
        "announcements/acknowledged.html",
        post=found,
        people=people,
        waiting=waiting,
        count=queries.announcements(session, who, [post_id])[post_id].count,
        missing=queries.waiting(session, found),
        more=url_for(".acknowledgements", post_id=post_id, state=state, after=encode_cursor(*more))
        if more
        else None,
    )


@route(blueprint, "/posts/<pid:post_id>/unpin", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def unpin(post_id: int) -> Any:
    """Keep an announcement on top no longer."""
    service.unpin(db.session(), viewer(), post_id)
    return see_other("feed.post", post_id=post_id)
