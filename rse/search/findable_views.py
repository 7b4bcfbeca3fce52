"""The page on which a person decides whether, and for what, colleagues find them among those who know."""

from typing import Annotated, Any

from flask import render_template
from pydantic import Field
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.api import Schema
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import EMPLOYEE, Form, flash, page, read_form, route, see_other, viewer
from rse.people import expertise, queries
from rse.people.schemas import Line
from rse.search import findable
from rse.search.offering import offered
from rse.search.views import blueprint

LIMIT = "60/minute"


class Shown(Schema):
    """Whether one is shown among those who know."""

    on: bool


class Subject(Schema):
    """A subject for which one is not to be found, or to be found again."""

    label: Annotated[Line, Field(max_length=100)] = ""
    back: bool = False


class Decision(Schema):
    """What to do with a skill that is offered."""

    declare: bool


def _page(form: Form[Subject] | None = None, status: int = 200) -> Any:
    session, who = db.session(), viewer()
    return page(
        "search/findable.html",
        status,
        choices=findable.choices(session, who),
        offered=offered(session, who),
        form=form or Form({}, None, {}),
    )


@route(blueprint, "/settings/expertise", rule=EMPLOYEE)
def findable_page() -> Any:
    """Show what one decided, and the skills that one could declare."""
    return _page()


@route(blueprint, "/settings/expertise", rule=EMPLOYEE, methods=("POST",), limit=LIMIT)
def be_findable() -> Any:
    """Be shown among those who know, or not."""
    on = read_form(Shown).input.on
    findable.turn(db.session(), viewer(), on=on)
    flash(_("You are shown among those who know.") if on else _("You are no longer shown."), "ok")
    return see_other(".findable_page")


@route(blueprint, "/settings/expertise/subjects", rule=EMPLOYEE, methods=("POST",), limit=LIMIT)
def leave_subject_out() -> Any:
    """Not be found for a subject, or be found again."""
    form = read_form(Subject)
    if form.value is None:
        return _page(form, 422)
    session, who = db.session(), viewer()
    if form.value.back:
        findable.let_in(session, who, form.value.label)
        return see_other(".findable_page")
    try:
        findable.leave_out(session, who, form.value.label)
    except Invalid as error:
        db.rollback()
        return _page(Form(form.data, None, error.errors), 422)
    return see_other(".findable_page")


@route(blueprint, "/settings/expertise/skills/<slug>", rule=EMPLOYEE, methods=("POST",), limit=LIMIT)
def decide(slug: str) -> Any:
    """Declare a skill that was offered, or not be offered it again."""
    session, who = db.session(), viewer()
    skill = queries.skill_by_slug(session, slug)
    if read_form(Decision).input.declare:
        expertise.add_skill(session, who, queries.label(skill.label_fr, skill.label_en), 2)
        flash(_("It is among your skills now: its level can be changed there."), "ok")
    else:
        findable.refuse(session, who, skill.id)
    return see_other(".findable_page", _anchor="offered")


def panel(session: Session, who: Viewer, _subject: Any) -> str:
    """Show the skills that one could declare above one's own skills; nothing where there are none."""
    found = offered(session, who) if who.is_employee else []
    return render_template("search/_offered.html", offered=found) if found else ""
