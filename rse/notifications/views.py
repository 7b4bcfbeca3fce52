"""The page of notifications. Reading, marking and muting work without JavaScript."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    is_fragment,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.notifications import queries, service
from rse.notifications.delivering import kinds
from rse.notifications.schemas import MuteForm, ReadForm

blueprint = Blueprint("notifications", __name__)
AT_ONCE = 20  # threads on a page


@route(blueprint, "/notifications", rule=SIGNED_IN)
def index() -> Any:
    """Show what somebody is told, by thread."""
    position = decode_cursor(request.args.get("cursor"), int)
    unread = request.args.get("unread") == "1"
    before = position[0] if position else None
    threads, after = queries.threads(
        db.session(), viewer(), kinds(), unread=unread, before=before, limit=AT_ONCE
    )
    return page(
        "notifications/index.html",
        threads=threads,
        unread=unread,
        more=encode_cursor(after) if after else "",
        first=before is None,
        count=viewer().known.get("unread", 0),
    )


def _done() -> Any:
    return Response(status=204) if is_fragment() else see_other(".index", **request.args)


@route(blueprint, "/notifications/read", rule=SIGNED_IN, methods=("POST",), limit="240/minute")
def read() -> Any:
    """Note as read a thread, or everything up to a notification."""
    form = read_form(ReadForm).input
    thread = queries.thread_key(form.thread) if form.thread else None
    if thread or form.up_to_id is not None:
        service.read(db.session(), viewer().id, up_to_id=form.up_to_id, thread=thread)
    return _done()


@route(blueprint, "/notifications/mute", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def mute() -> Any:
    """Be silent about a thread, or speak of it again."""
    form = read_form(MuteForm).input
    service.mute(db.session(), viewer(), queries.thread_key(form.thread), on=form.muted)
    if form.back is not None:
        return see_other("feed.post", post_id=form.back, _anchor="comments")
    return see_other(".index", **request.args)


def beside_thread(session: Session, who: Viewer, subject: Any) -> str:
    """Offer on a post's own page to hear nothing more of it."""
    thread = f"post:{subject.id}"
    public = encode_id(subject.id)
    muted = queries.is_muted(session, who, thread)
    return render_template("notifications/_mute.html", thread=f"post-{public}", muted=muted, back=public)
