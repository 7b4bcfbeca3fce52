"""Asking for a read of private content, deciding about it, and the page where those concerned see it."""

from typing import Any

from flask import has_request_context, render_template, request, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.administration import reads
from rse.administration.people_views import ROW
from rse.administration.views import blueprint
from rse.core import db
from rse.core.api import Schema
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    ADMIN,
    SIGNED_IN,
    Form,
    Rule,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    viewer,
)

MESSAGES = 50  # on a page

OVERSEER = Rule(
    "role admin or dpo", lambda viewer: viewer is not None and bool(reads.OVERSEERS & viewer.roles)
)


class Asked(Schema):
    """What to read, why, and for how long."""

    group: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=20, max_length=2000)
    hours: int = Field(ge=1, le=reads.MOST_HOURS)


def _page(form: Form[Asked] | None = None, status: int = 200) -> Any:
    found = reads.all_reads(db.session())
    return page(
        "administration/reads.html",
        status,
        asked=[one for one in found if one.state == "asked"],
        standing=[one for one in found if one.stands],
        past=[one for one in found if one.state != "asked" and not one.stands],
        form=form or Form({"hours": "24"}, None, {}),
        may_ask="admin" in viewer().roles,
        alone=not reads.others_who_decide(db.session(), viewer().id),
        most=reads.MOST_HOURS,
    )


@route(blueprint, "/admin/reads", rule=OVERSEER)
def reads_page() -> Any:
    """Show the reads that are asked for, that stand, and that are over."""
    return _page()


@route(blueprint, "/admin/reads", rule=ADMIN, methods=("POST",), limit="20/minute")
def ask_read() -> Any:
    """Ask to read a group or a conversation."""
    form, session = read_form(Asked), db.session()
    if form.value is None:
        return _page(form, 422)
    try:
        wanted = reads.place_named(session, viewer(), form.value.group)
    except Invalid as error:
        db.rollback()
        return _page(Form(form.data, None, error.errors), 422)
    reads.ask(session, viewer(), wanted, form.value.reason, form.value.hours)
    flash(_("Your request waits for a second person."), "ok")
    return see_other(".reads_page")


@route(blueprint, f"/admin/reads/{ROW}/approve", rule=OVERSEER, methods=("POST",))
def approve_read(row_id: int) -> Any:
    """Grant a read as the second person."""
    reads.approve(db.session(), viewer(), row_id)
    flash(_("The read is granted. Those concerned see it on their page."), "ok")
    return see_other(".reads_page")


@route(blueprint, f"/admin/reads/{ROW}/refuse", rule=OVERSEER, methods=("POST",))
def refuse_read(row_id: int) -> Any:
    """Refuse a read, or take one's own request back."""
    reads.refuse(db.session(), viewer(), row_id)
    flash(_("The request is closed; nothing was opened."), "ok")
    return see_other(".reads_page")


@route(blueprint, f"/admin/reads/{ROW}/end", rule=OVERSEER, methods=("POST",))
def end_read(row_id: int) -> Any:
    """End a read before its time."""
    reads.end(db.session(), viewer(), row_id)
    flash(_("The read has ended."), "ok")
    return see_other(".reads_page")


@route(blueprint, f"/admin/reads/{ROW}/conversation", rule=ADMIN)
def read_conversation(row_id: int) -> Any:
    """Show a conversation to the one who may read it: what was written until the read was granted."""
    session = db.session()
    read, conversation_id = reads.conversation(session, viewer(), row_id)
    before = decode_cursor(request.args.get("before"), int)
    until = read.decided_at or read.asked_at
    found = reads.messages(session, conversation_id, until, before[0] if before else None, MESSAGES)
    shown = found[:MESSAGES]
    known = cards(session, {one.author_id for one in shown})
    older = encode_cursor(shown[-1].seq) if len(found) > MESSAGES else None
    return page(
        "administration/conversation.html",
        read=read,
        messages=[(one, known[one.author_id]) for one in reversed(shown)],
        older=url_for(".read_conversation", row_id=row_id, before=older) if older else None,
    )


@route(blueprint, "/settings/accesses", rule=SIGNED_IN)
def accesses() -> Any:
    """Show who has read what of the viewer's private places, why, and who approved it."""
    found = reads.about(db.session(), viewer().id)
    return page("administration/accesses.html", reads=found, unseen=any(not seen for _read, seen in found))


@route(blueprint, "/settings/accesses/seen", rule=SIGNED_IN, methods=("POST",))
def accesses_seen() -> Any:
    """Note that the viewer knows of them."""
    reads.mark_seen(db.session(), viewer().id)
    return see_other(".accesses")


def notice(session: Session, who: Viewer, _subject: object = None) -> str:
    """Tell on the page of sessions that somebody's private places were opened."""
    count = reads.unseen(session, who.id)
    return render_template("administration/_accesses_notice.html", count=count) if count else ""


def tokens(session: Session, person_id: int, _kind: str, _known: dict[str, Any]) -> list[str]:
    """Give the tokens of reads that stand, in requests that change nothing: a read lets nobody write."""
    if not has_request_context() or request.method not in db.SAFE:
        return []
    return list(reads.tokens(session, person_id))
