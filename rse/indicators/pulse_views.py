"""Pages for oneself: the pulse's question to who was drawn, and one's own week."""

from typing import Any

from rse.core import clock, db
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import EMPLOYEE, SIGNED_IN, flash, page, read_form, route, see_other, settings, viewer
from rse.indicators import figures, own_week, pauses, pulse, queries
from rse.indicators.document_views import blueprint
from rse.indicators.schemas import PulseAnswer

__all__ = ["blueprint"]


def _page(status: int = 200, wrong: str = "") -> Any:
    session, week = db.session(), queries.week(db.session())
    told, off = [], pauses.pulse_off(db.session())
    if week is not None and not off and queries.may_see_company(session, viewer()):
        series = queries.company_series(session, week)
        told = figures.figures(series, series, week.day, week.floor, ("MISS",))
    return page(
        "indicators/pulse.html",
        status,
        here=pulse.standing(session, viewer(), clock.today(settings().timezone)),
        off=off,
        answers=pulse.ANSWERS,
        figures=told,
        floor=week.floor if week else settings().floor,
        wrong=wrong,
    )


@route(blueprint, "/pulse", rule=EMPLOYEE)
def pulse_page() -> Any:
    """Ask, or say why nobody is asked now."""
    return _page()


@route(blueprint, "/pulse", rule=EMPLOYEE, methods=("POST",), limit="20/hour")
def answer_pulse() -> Any:
    """Count an answer."""
    form = read_form(PulseAnswer)
    try:
        given = form.input.answer
    except Invalid:
        return _page(422, _("Choose one of the answers."))
    pulse.answer(db.session(), viewer(), clock.today(settings().timezone), given)
    flash(_("Thank you. Your answer is counted, and nobody can tell that it is yours."), "ok")
    return see_other(".pulse_page")


@route(blueprint, "/my-week", rule=SIGNED_IN)
def my_week() -> Any:
    """Show the viewer's own week: there is no address for anybody else's."""
    return page("indicators/own_week.html", mine=own_week.own_week(db.session(), viewer()))
