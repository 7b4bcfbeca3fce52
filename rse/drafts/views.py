"""Pages and forms of drafts. The composer keeps its draft by itself where there is JavaScript."""

from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, request, url_for

from rse.core import db, kinds
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid, NotFound
from rse.core.render import iso
from rse.core.web import (
    SIGNED_IN,
    Form,
    flash,
    is_fragment,
    page,
    read_address,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.drafts import openings as beginning
from rse.drafts import queries, reading, service
from rse.drafts.schemas import Later, Place, ReadersForm
from rse.feed import composing
from rse.files import service as files
from rse.files import taking
from rse.groups import queries as groups

blueprint = Blueprint("drafts", __name__)


def _sent() -> service.Fields:
    return service.clean({name: values for name, values in request.form.lists() if name != "csrf"})


def _sent_with_files() -> service.Fields:
    """Read a form that is posted whole: with the files that it brings, and what it says of pictures.

    Raises Invalid for a file that is not taken.
    """
    brought = [encode_id(file_id) for file_id in taking.from_form()]
    fields = _sent()
    held = [*queries.files_of(fields), *brought]
    if held:
        fields["attachments"] = held
    for file_id, alt in taking.alts().items():
        with suppress(NotFound):
            files.describe(db.session(), viewer(), file_id, alt)
    return fields


@route(blueprint, "/drafts", rule=SIGNED_IN)
def index() -> Any:
    """Show what is scheduled and what is kept."""
    later, kept = queries.mine(db.session(), viewer())
    names = {place.slug: place.name for place in groups.mine(viewer())}
    asked = reading.asked(db.session(), viewer())
    return page("drafts/index.html", later=later, drafts=kept, names=names, kinds=kinds.known(), asked=asked)


@route(blueprint, "/drafts", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def put_aside() -> Any:
    """Keep what the composer holds as a draft of its own, and go there."""
    try:
        made = service.put_aside(db.session(), viewer(), _sent_with_files())
    except Invalid as error:
        db.rollback()
        flash(next(iter(error.errors.values()))[0], "error")
        return _go(url_for(".index"))
    return _go(url_for(".one", draft_id=made.id))


def _go(address: str) -> Any:
    """Lead there, from the composer's script or without it."""
    return Response(headers={"HX-Redirect": address}) if is_fragment() else redirect(address, 303)


@route(blueprint, "/drafts/here", rule=SIGNED_IN, limit="120/minute")
def here() -> Any:
    """Give the draft that the composer of a place goes on with; 204 without one."""
    place = read_address(Place, request.args).place
    held = queries.of_place(db.session(), viewer(), place)
    if held is None:
        return Response(status=204)
    return jsonify(id=encode_id(held.id), updated_at=iso(held.updated_at), fields=held.fields)


@route(blueprint, "/drafts/openings", rule=SIGNED_IN, limit="120/minute")
def openings() -> Any:
    """Give a few ways to begin, for the empty composer of a place."""
    place = read_address(Place, request.args).place
    group = groups.find(db.session(), viewer(), place) if place else None
    return page("drafts/_openings.html", openings=beginning.openings(db.session(), viewer(), group))


@route(blueprint, "/drafts/here", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def keep() -> Any:
    """Keep the draft of a place; nothing written forgets it."""
    place = read_address(Place, request.args).place
    service.keep(db.session(), viewer(), place, _sent())
    return Response(status=204)


@route(blueprint, "/drafts/<pid:draft_id>", rule=SIGNED_IN)
def one(draft_id: int) -> Any:
    """Show a draft, to go on with it, publish it or have it published."""
    return show(draft_id)


def show(
    draft_id: int,
    sent: service.Fields | None = None,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
    remark: str = "",
) -> Any:
    """Show a draft as it is kept, or as it was `sent` and could not be taken: nothing written is lost."""
    session, who = db.session(), viewer()
    held = queries.draft(session, who, draft_id)
    data: dict[str, Any] = dict(held.fields if sent is None else sent)
    for name in ("options", "recipients", "tags", "ask", "attachments"):  # fields of several values
        if isinstance(data.get(name), str):
            data[name] = [data[name]]
    form: Form[Any] = Form(data, None, errors or {})
    values = composing.composer(session, who, groups.mine(who), form=form)
    at = held.publish_at.astimezone(ZoneInfo(who.timezone)) if held.publish_at else None
    return page(
        "drafts/one.html",
        status,
        draft=held,
        form=form,
        composer=values,
        data=data,
        publish_at=request.form.get("publish_at") or (at.strftime("%Y-%m-%dT%H:%M") if at else ""),
        readers=reading.readers(session, draft_id),
        most_readers=reading.MOST_READERS,
        remarks=reading.remarks(session, draft_id),
        remark=remark,
        asking=request.form.get("readers", ""),
    )


@route(blueprint, "/drafts/<pid:draft_id>", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def change(draft_id: int) -> Any:
    """Keep what was changed; then publish it, schedule it, or let it be a draft again."""
    session, who = db.session(), viewer()
    queries.draft(session, who, draft_id)
    fields = _sent()
    try:
        fields = _sent_with_files()
        service.change(session, who, draft_id, fields)
        return _act(draft_id, request.form.get("do", ""))
    except Invalid as error:
        db.rollback()
        return show(draft_id, fields, error.errors, 422)


def _act(draft_id: int, what: str) -> Any:
    session, who = db.session(), viewer()
    if what == "publish":
        return see_other("feed.post", post_id=service.publish(session, who, draft_id).id)
    if what == "schedule":
        later = read_form(Later, lenient=True).input
        service.schedule(session, who, draft_id, later.publish_at)
        flash(_("It will be published then; until then only you see it."), "ok")
        return see_other(".index")
    if what == "ask":
        given = read_form(ReadersForm, lenient=True).input
        reading.ask(session, who, draft_id, reading.names_of(given.readers))
        flash(_("They are told, and see your draft as it is now and as you change it."), "ok")
        return see_other(".one", draft_id=draft_id, _anchor="readers")
    if what == "unschedule":
        service.unschedule(session, who, draft_id)
        flash(_("It is a draft again."), "ok")
        return see_other(".one", draft_id=draft_id)
    flash(_("Your draft is kept."), "ok")
    return see_other(".one", draft_id=draft_id)


@route(blueprint, "/drafts/<pid:draft_id>/delete", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def discard(draft_id: int) -> Any:
    """Delete a draft."""
    service.discard(db.session(), viewer(), draft_id)
    flash(_("The draft is deleted."), "ok")
    return see_other(".index")
