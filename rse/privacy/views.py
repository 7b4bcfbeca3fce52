"""Pages of privacy: one's own data to take away, and the erasure of a person by an administrator."""

from typing import Any

from flask import Blueprint, Response

from rse.core import clock, db, i18n
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import (
    ADMIN,
    SIGNED_IN,
    Form,
    flash,
    page,
    read_form,
    registry,
    route,
    see_other,
    settings,
    viewer,
)
from rse.privacy import policy, queries, sending, service
from rse.privacy.making import path_of
from rse.privacy.schemas import Confirm

blueprint = Blueprint("privacy", __name__)
EMPTY: Form[Confirm] = Form({}, None, {})


@route(blueprint, "/settings/data", rule=SIGNED_IN)
def own_data() -> Any:
    """Show what one can have of one's own data, and how far the copy is."""
    held = queries.latest(db.session(), viewer().id)
    if held is not None and held.state == "ready" and path_of(held.file or "") is None:
        held = None  # a backup brings back the row, not the copy
    return page("privacy/data.html", held=held, days=service.KEPT_DAYS, now=clock.now())


@route(blueprint, "/settings/data", rule=SIGNED_IN, methods=("POST",), limit="10/hour")
def ask() -> Any:
    """Ask for a copy."""
    service.ask(db.session(), viewer().id)
    flash(_("Your copy is being prepared. You will be told when it is ready."), "ok")
    return see_other(".own_data")


@route(blueprint, "/settings/data/file", rule=SIGNED_IN, limit="30/hour")
def file() -> Response:
    """Give the copy to its owner."""
    return sending.send()


@route(blueprint, "/settings/data/forget", rule=SIGNED_IN, methods=("POST",))
def forget() -> Any:
    """Delete the copy before its end."""
    service.forget(db.session(), viewer().id)
    flash(_("The copy is deleted."), "ok")
    return see_other(".own_data")


def _ask_erase(person_id: int, form: Form[Confirm] = EMPTY, status: int = 200) -> Any:
    session = db.session()
    someone = queries.person(session, person_id)
    if not policy.may_erase(viewer(), someone):
        raise NotFound
    posts, comments = queries.left(session, person_id)
    return page("privacy/erase.html", status, person=someone, posts=posts, comments=comments, form=form)


@route(blueprint, "/admin/people/<pid:person_id>/erase", rule=ADMIN)
def ask_erase(person_id: int) -> Any:
    """Say what an erasure removes and what stays, and ask for the login of the person."""
    return _ask_erase(person_id)


@route(blueprint, "/admin/people/<pid:person_id>/erase", rule=ADMIN, methods=("POST",), limit="30/hour")
def erase(person_id: int) -> Any:
    """Erase a person whose login was written as confirmation."""
    session = db.session()
    someone = queries.person(session, person_id)
    if not policy.may_erase(viewer(), someone):
        raise NotFound
    form = read_form(Confirm)
    if form.value is None:
        return _ask_erase(person_id, form, 422)
    if form.value.login.casefold() != someone.uid.casefold():
        wrong = {"login": [_("This is not the login of %(name)s.", name=someone.display_name)]}
        return _ask_erase(person_id, Form(form.data, None, wrong), 422)
    with i18n.speaking(settings().default_locale):
        service.erase(session, someone, registry().all("exports"), actor_id=viewer().id)
    flash(_("The person is erased. What they wrote stands without a name."), "ok")
    return see_other("administration.people")
