"""What the indicators feature declares."""

from importlib import import_module
from importlib.util import find_spec

from flask import render_template
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.activity import Activity
from rse.core.audience import Viewer
from rse.core.events import Event
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.core.web import settings
from rse.features import FEATURES
from rse.indicators import api, cli, exports, pauses, pulse, pulse_views, queries, running
from rse.indicators.engine.models import KEEP_DAYS
from rse.indicators.events import PersonErased
from rse.people import deputies


def _changing() -> tuple[type[Event], ...]:
    """Give the events by which the features below say, in their `indicators`, that the past has changed."""
    declaring = (name for name in FEATURES if name != "indicators" and find_spec(f"rse.{name}.indicators"))
    modules = (import_module(f"rse.{name}.indicators") for name in declaring)
    declared = (value for module in modules for value in vars(module).values() if isinstance(value, Activity))
    return tuple(dict.fromkeys(event for activity in declared for event in activity.touches))


def _has_team(viewer: Viewer) -> bool:
    """Tell whether somebody reports to the viewer, or to whom they stand in for."""
    if pauses.off_for(db.session(), viewer):
        return False
    if getattr(viewer.card, "is_manager", False):
        return True
    return deputies.stands_in(db.session(), viewer.id, clock.today(viewer.timezone))


def _pulse_waits(viewer: Viewer) -> bool:
    """Tell whether the pulse's question waits for the viewer."""
    return pulse.waits(db.session(), viewer, clock.today(settings().timezone))


def _ask(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show the question beside the home feed to who was drawn and has not answered."""
    waiting = pulse.waits(session, viewer, clock.today(settings().timezone))
    return render_template("indicators/_pulse.html", answers=pulse.ANSWERS) if waiting else ""


feature = Feature(
    name="indicators",
    blueprints=(pulse_views.blueprint, api.blueprint),
    cli=(cli.indicators,),
    nav=(
        NavItem(
            "team", lazy("My team"), "indicators.team", "chart-no-axes-column", 60,
            shown=_has_team,
        ),
        NavItem(
            "company_figures", lazy("The company in figures"), "indicators.company", "building-2", 62,
            shown=lambda viewer: queries.may_see_company(db.session(), viewer),
        ),
        NavItem(
            "signals", lazy("Weak signals"), "indicators.weak_signals", "search", 63,
            shown=lambda viewer: viewer.is_employee and not queries.may_see_company(db.session(), viewer),
        ),
        NavItem(
            "pulse", lazy("One question for you"), "indicators.pulse_page", "circle-help", 12, "me",
            shown=_pulse_waits,
        ),
        NavItem("own_week", lazy("My week"), "indicators.my_week", "list-checks", 15, "me"),
        NavItem(
            "indicators", lazy("How the figures are made"), "indicators.definitions_page", "info", 40, "foot"
        ),
    ),
    panels=(Panel("home.rail", "pulse", lazy("One question for you"), 5, _ask),),
    exports=(exports.export, exports.asked),
    keeps=(
        Keep(
            "rollups", lazy("Daily counts that figures are made of"),
            lazy("Personal data that no page shows; the figures published from them stay."),
            KEEP_DAYS, KEEP_DAYS, KEEP_DAYS,
        ),
    ),
    subscribers=(
        Subscriber("indicators.marks", _changing(), running.heed),
        Subscriber("indicators.erasure", (PersonErased,), running.forget),
    ),
)  # fmt: skip
