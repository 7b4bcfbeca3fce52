"""Saved searches: kept from the page of results, listed, switched, deleted."""

from typing import Any

from rse.core import db
from rse.core.api import Schema
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer
from rse.search import saving
from rse.search.schemas import SearchInput
from rse.search.views import blueprint

PER_HOUR = "120/hour"
ONE = "/search/saved/<pid:saved_id>"


class SwitchForm(Schema):
    """Whether to be told of what is new."""

    notify: bool = False


@route(blueprint, "/search/saved", rule=SIGNED_IN)
def saved() -> Any:
    """Show what the viewer has saved."""
    mine = saving.mine(db.session(), viewer())
    return page("search/saved.html", rows=[(one, saving.label(one), saving.address(one)) for one in mine])


@route(blueprint, "/search/saved", rule=SIGNED_IN, methods=("POST",), limit=PER_HOUR)
def save() -> Any:
    """Keep a question."""
    form = read_form(SearchInput)
    try:
        saving.save(db.session(), viewer(), form.value or SearchInput())
        flash(_("The search is saved: you are told when something new answers it."), "ok")
    except Invalid as error:
        flash(next(text for texts in error.errors.values() for text in texts), "error")
    return see_other(".saved")


@route(blueprint, f"{ONE}/notify", rule=SIGNED_IN, methods=("POST",), limit=PER_HOUR)
def switch(saved_id: int) -> Any:
    """Tell of what is new, or no longer."""
    form = read_form(SwitchForm)
    saving.switch(db.session(), viewer(), saved_id, notify=bool(form.value and form.value.notify))
    return see_other(".saved")


@route(blueprint, f"{ONE}/delete", rule=SIGNED_IN, methods=("POST",), limit=PER_HOUR)
def delete(saved_id: int) -> Any:
    """Delete one."""
    saving.forget(db.session(), viewer(), saved_id)
    flash(_("The saved search is deleted."), "ok")
    return see_other(".saved")
