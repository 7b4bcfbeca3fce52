"""The page on which a manager says who stands in for them."""

from datetime import date
from typing import Any

from pydantic import Field

from rse.accounts import queries as accounts
from rse.accounts.models import Person
from rse.core import clock, db
from rse.core.api import Schema
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import EMPLOYEE, Form, flash, page, read_form, route, see_other, settings, viewer
from rse.people import deputies
from rse.people.views import blueprint


class Delegate(Schema):
    """Who stands in, first and last day."""

    deputy: str = Field(min_length=1, max_length=254)
    first: date
    until: date


def _manager() -> Person:
    """Give who looks, when somebody reports to them."""
    found = db.session().get(Person, viewer().id)
    if found is None or not found.is_manager:
        raise NotFound
    return found


def _page(form: Form[Delegate] | None = None, status: int = 200) -> Any:
    today = clock.today(settings().timezone)
    return page(
        "people/deputies.html",
        status,
        deputies=deputies.of_manager(db.session(), _manager().id, today),
        form=form or Form({"first": today.isoformat()}, None, {}),
        today=today,
    )


@route(blueprint, "/settings/deputies", rule=EMPLOYEE)
def own_deputies() -> Any:
    """Show who stands in for the manager who looks."""
    return _page()


@route(blueprint, "/settings/deputies", rule=EMPLOYEE, methods=("POST",), limit="20/minute")
def add_deputy() -> Any:
    """Let a colleague stand in for some days."""
    form, manager = read_form(Delegate), _manager()
    if form.value is None:
        return _page(form, 422)
    try:
        delegate(manager, form.value)
    except Invalid as error:
        db.rollback()
        return _page(Form(form.data, None, error.errors), 422)
    flash(_("Your team page is open to your deputy for these days."), "ok")
    return see_other(".own_deputies")


def delegate(manager: Person, wanted: Delegate) -> None:
    """Let the person that a form names stand in for a manager. Raises Invalid."""
    session, who = db.session(), wanted.deputy.strip().lstrip("@")
    found = accounts.person_by_email(session, who) or accounts.person_by_uid(session, who)
    today = clock.today(settings().timezone)
    deputies.add(session, manager, found, (wanted.first, wanted.until), today=today, actor_id=viewer().id)


@route(
    blueprint,
    "/settings/deputies/<int(max=9223372036854775807):row_id>/end",
    rule=EMPLOYEE,
    methods=("POST",),
)
def end_deputy(row_id: int) -> Any:
    """End a delegation."""
    deputies.remove(db.session(), viewer().id, row_id, viewer().id)
    flash(_("The delegation has ended."), "ok")
    return see_other(".own_deputies")
