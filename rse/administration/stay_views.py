"""Forms on the page of a person: a guest's sponsor and last day, and who stands in for a manager."""

from datetime import date
from typing import Any

from pydantic import Field

from rse.accounts import guests
from rse.accounts import queries as accounts
from rse.accounts.models import Person
from rse.administration import queries
from rse.administration.people_views import ROW, person_page
from rse.administration.views import blueprint
from rse.core import db
from rse.core.api import Schema
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import ADMIN, Form, flash, read_form, route, see_other, viewer_id
from rse.people import deputies
from rse.people.deputy_views import Delegate, delegate


class Stay(Schema):
    """Who answers for a guest, and the last day; empty for nobody, and no end."""

    sponsor: str = Field("", max_length=254)
    ends_on: date | None = None


@route(blueprint, "/admin/people/<pid:person_id>/stay", rule=ADMIN, methods=("POST",), limit="60/minute")
def set_stay(person_id: int) -> Any:
    """Say who answers for a guest, and until when."""
    form, someone = read_form(Stay), queries.person(db.session(), person_id)
    if form.value is None:
        return person_page(person_id, 422, guest=form)
    try:
        sponsor = _sponsor(form.value.sponsor)
        guests.set_stay(db.session(), someone, sponsor, form.value.ends_on, actor_id=viewer_id())
    except Invalid as error:
        db.rollback()
        return person_page(person_id, 422, guest=Form(form.data, None, error.errors))
    flash(_("The stay of %(name)s is saved.", name=someone.display_name), "ok")
    return see_other(".person", person_id=person_id)


def _sponsor(who: str) -> Person | None:
    who = who.strip().lstrip("@")
    if not who:
        return None
    found = accounts.person_by_email(db.session(), who) or accounts.person_by_uid(db.session(), who)
    if found is None:
        raise Invalid(sponsor=_("Nobody active has this login or address."))
    return found


@route(blueprint, "/admin/people/<pid:person_id>/deputies", rule=ADMIN, methods=("POST",), limit="60/minute")
def add_deputy(person_id: int) -> Any:
    """Let a colleague stand in for a manager."""
    form, manager = read_form(Delegate), queries.person(db.session(), person_id)
    if form.value is None:
        return person_page(person_id, 422, delegate=form)
    try:
        delegate(manager, form.value)
    except Invalid as error:
        db.rollback()
        return person_page(person_id, 422, delegate=Form(form.data, None, error.errors))
    flash(_("The delegation is saved."), "ok")
    return see_other(".person", person_id=person_id)


@route(blueprint, f"/admin/people/<pid:person_id>/deputies/{ROW}/end", rule=ADMIN, methods=("POST",))
def end_deputy(person_id: int, row_id: int) -> Any:
    """End a delegation."""
    deputies.remove(db.session(), person_id, row_id, viewer_id())
    flash(_("The delegation has ended."), "ok")
    return see_other(".person", person_id=person_id)
