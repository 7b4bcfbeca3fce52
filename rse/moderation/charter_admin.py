"""The administration's page of the charter and of the contacts: edit, preview, publish, the log."""

from datetime import datetime
from typing import Any

from flask import request, url_for

from rse.accounts import audit
from rse.accounts.queries import person_by_email, person_by_uid
from rse.core import company, db, text
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    ADMIN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    settings,
    viewer,
    viewer_id,
)
from rse.moderation import charter
from rse.moderation.charter_views import blueprint
from rse.moderation.schemas import Contacts, WriteCharter

PAGE = 50
NOTHING: Form[Any] = Form({}, None, {})


def _editor(form: Form[WriteCharter] | None, status: int = 200, **more: Any) -> Any:
    session = db.session()
    last, present = charter.newest(session), charter.in_force(session)
    shown = {
        "body_fr": last.body_fr if last else charter.proposed("fr"),
        "body_en": last.body_en if last else charter.proposed("en"),
        "after": last.version if last else 0,
    }
    accepted, every = charter.counts(session, present) if present else (0, 0)
    values = {
        "data": form.data if form else shown,
        "errors": form.errors if form else {},
        "last": last,
        "present": present,
        "accepted": accepted,
        "every": every,
        "preview": None,
        "people": _contacts(),
        "wrong_contacts": {},
    }
    return page("moderation/admin.html", status, **(values | more))


def _contacts() -> dict[str, str]:
    kept = company.get(db.session(), "contacts")
    return dict(kept) if kept else {"contact": settings().contact}


@route(blueprint, "/admin/charter", rule=ADMIN)
def charter_editor() -> Any:
    """Show the charter as it stands, to be changed; our proposal when there is none yet."""
    return _editor(None)


@route(blueprint, "/admin/charter", rule=ADMIN, methods=("POST",), limit="60/minute")
def publish_charter() -> Any:
    """Show how the text will look, or publish it."""
    form = read_form(WriteCharter, lenient=True)
    if form.value is None:
        return _editor(form, 422)
    given = form.value
    if "preview" in request.form:
        preview = {code: text.render(getattr(given, f"body_{code}")) for code in ("fr", "en")}
        return _editor(form, preview=preview)
    try:
        made = charter.publish(db.session(), viewer(), **given.model_dump())
    except Invalid as error:
        db.rollback()
        return _editor(Form(form.data, None, error.errors), 422)
    company.forget(db.session())
    flash(_("Version %(n)s is in force: everybody is asked to accept it.", n=made.version), "ok")
    return see_other(".charter_editor")


@route(blueprint, "/admin/charter/switch", rule=ADMIN, methods=("POST",), limit="30/minute")
def switch_charter() -> Any:
    """Ask nobody any more, or everybody again."""
    on = request.form.get("on") == "1"
    charter.switch(db.session(), viewer(), on=on)
    company.forget(db.session())
    said = _("The charter is in force again.") if on else _("Nobody is asked to accept a charter any more.")
    flash(said, "ok")
    return see_other(".charter_editor")


@route(blueprint, "/admin/contacts", rule=ADMIN, methods=("POST",), limit="30/minute")
def save_contacts() -> Any:
    """Keep who answers people."""
    form = read_form(Contacts)
    if form.value is None:
        return _editor(None, 422, people=form.data, wrong_contacts=form.errors)
    session = db.session()
    wanted = {key: value for key, value in form.value.model_dump().items() if value}
    if company.put(session, "contacts", wanted or None, by=viewer_id()):
        audit.record(
            session, "settings.change", actor_id=viewer_id(), target="setting:contacts", value=wanted
        )
    company.forget(session)
    flash(_("The contacts are saved: they stand at the foot of every page."), "ok")
    return see_other(".charter_editor", _anchor="contacts")


@route(blueprint, "/admin/charter/log", rule=ADMIN)
def charter_log() -> Any:
    """Show who accepted which version and when, the newest first."""
    session, asked = db.session(), request.args.get("person", "").strip()[:254].lstrip("@")
    person = (person_by_email(session, asked) or person_by_uid(session, asked)) if asked else None
    position = decode_cursor(request.args.get("after"), datetime, int, int)
    before = (position[0], position[1], position[2]) if position else None
    missing = bool(asked) and person is None
    found = [] if missing else charter.log(session, before, PAGE, person.id if person else None)
    lines, more = found[:PAGE], None
    if len(found) > PAGE:
        last = lines[-1]
        after = encode_cursor(last.at, last.person_id, last.version)
        more = url_for(".charter_log", after=after, person=asked or None)
    wrong = _("Nobody has this login or address.") if missing else ""
    return page(
        "moderation/log.html", 422 if missing else 200, lines=lines, more=more, asked=asked, wrong=wrong
    )
