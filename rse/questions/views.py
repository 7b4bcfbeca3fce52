"""Pages and forms of questions: the queue, "also my question", asking by name, being available."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for

from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.questions import policy, queries, service
from rse.questions.schemas import AskPerson, Availability

blueprint = Blueprint("questions", __name__)
PAGE = 20


@route(blueprint, "/questions", rule=SIGNED_IN)
def queue() -> Any:
    """Show the questions that wait, the oldest first."""
    session, who = db.session(), viewer()
    everything = request.args.get("which") == "open"
    position: Any = decode_cursor(request.args.get("cursor"), datetime, int)
    found = queries.waiting(session, who, unanswered=not everything, after=position, limit=PAGE)
    shown, more = found[:PAGE], None
    if len(found) > PAGE:
        cursor = encode_cursor(shown[-1].at, shown[-1].id)
        more = url_for(".queue", which="open" if everything else None, cursor=cursor)
    return page(
        "questions/queue.html",
        questions=shown,
        everything=everything,
        more=more,
        first=position is None,
        available=queries.available(session, who.id),
        most=policy.PER_WEEK,
    )


@route(blueprint, "/questions/available", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def available() -> Any:
    """Let oneself be suggested, or not."""
    on = read_form(Availability).input.available
    service.set_available(db.session(), viewer(), on=on)
    flash(
        _("You may be suggested to colleagues who ask.") if on else _("Nobody is told to ask you any more."),
        "ok",
    )
    return see_other(".queue")


@route(blueprint, "/posts/<pid:post_id>/also", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def also(post_id: int) -> Any:
    """Say that a question is one's own too, or not any more."""
    service.join(db.session(), viewer(), post_id, on=request.form.get("on") != "0")
    if request.form.get("back") == "queue":
        return see_other(".queue", which=request.args.get("which"))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/ask", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def ask(post_id: int) -> Any:
    """Ask somebody by name to look at one's question."""
    try:
        service.ask(db.session(), viewer(), post_id, read_form(AskPerson).input.person_id)
    except Invalid as error:
        flash(next(iter(error.errors.values()))[0], "error")
    else:
        flash(_("Asked: your colleague is told."), "ok")
    return see_other("feed.post", post_id=post_id)
