"""The page on which one says what one is open to, what colleagues show, and the part of a profile."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    EMPLOYEE,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_address,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.mobility import policy, queries, service, wording
from rse.mobility.schemas import MAX_NOTE, OpenToForm, ShownPage

blueprint = Blueprint("mobility", __name__)
LIMIT = "60/minute"


def _page(form: Form[OpenToForm] | None = None, status: int = 200) -> Any:
    session, who = db.session(), viewer()
    own = queries.own(session, who)
    data: dict[str, Any] = form.data if form else {"ways": own.ways, "note": own.note, "to_hr": own.to_hr}
    return page(
        "mobility/settings.html",
        status,
        mine=own,
        data=data,
        shown_to=set(data.get("readers", ())) if form else {card.public_id for card in own.readers},
        errors=form.errors if form else {},
        ways=wording.WAYS,
        most=MAX_NOTE,
        shows=bool(queries.shown(session, who, limit=1)),
    )


@route(blueprint, "/settings/mobility", rule=EMPLOYEE)
def own() -> Any:
    """Show what one is open to, and who sees it."""
    return _page()


@route(blueprint, "/settings/mobility", rule=EMPLOYEE, methods=("POST",), limit=LIMIT)
def keep() -> Any:
    """Say what one is open to, and to whom."""
    form = read_form(OpenToForm)
    if form.value is None:
        return _page(form, 422)
    given, session, who = form.value, db.session(), viewer()
    try:
        readers = [*given.readers]
        if given.reader.strip():
            readers.append(service.colleague(session, who, given.reader))
        service.keep(session, who, given.ways, given.note, to_hr=given.to_hr, readers=readers)
    except Invalid as error:
        db.rollback()
        return _page(Form(form.data, None, error.errors), 422)
    flash(_("Saved: nobody else is told."), "ok")
    return see_other(".own")


@route(blueprint, "/settings/mobility/forget", rule=EMPLOYEE, methods=("POST",), limit=LIMIT)
def forget() -> Any:
    """Be open to nothing any more."""
    service.forget_own(db.session(), viewer().id)
    flash(_("Nothing is kept of it any more."), "ok")
    return see_other(".own")


@route(blueprint, "/mobility", rule=EMPLOYEE)
def index() -> Any:
    """Show what colleagues show the viewer that they are open to."""
    session, who = db.session(), viewer()
    asked = read_address(ShownPage, {name: value for name, value in request.args.items() if value})
    after: Any = decode_cursor(asked.cursor, datetime, int)
    found = queries.shown(session, who, asked.way, after, asked.limit)
    rows = found[: asked.limit]
    more = (
        url_for(".index", way=asked.way or None, cursor=encode_cursor(*rows[-1].position))
        if len(found) > asked.limit
        else None
    )
    chips = [("", _("Everything"), url_for(".index"))]
    chips += [(name, str(text), url_for(".index", way=name)) for name, text in wording.WAYS.items()]
    return page(
        "mobility/index.html",
        rows=[(one, wording.said(one.ways)) for one in rows],
        chips=chips,
        way=asked.way,
        more=more,
        hr=who.holds(policy.HR),
    )


def panel(session: Session, who: Viewer, person: Any) -> str:
    """Show on a profile what its person shows the viewer; on one's own, with who sees it."""
    if person.id == who.id:
        mine = queries.own(session, who)
        values = {"own": mine, "ways": wording.said(mine.ways), "note": mine.note, "at": mine.at}
        return render_template("mobility/_panel.html", **values) if mine.said else ""
    found = queries.of(session, who, person.id)
    if found is None:
        return ""
    return render_template(
        "mobility/_panel.html", own=None, ways=wording.said(found.ways), note=found.note, at=found.at
    )
