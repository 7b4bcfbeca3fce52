"""What the indicators feature declares."""

from importlib import import_module
from importlib.util import find_spec

from rse.core import clock, db
from rse.core.activity import Activity
from rse.core.audience import Viewer
from rse.core.events import Event
from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.features import FEATURES
from rse.indicators import api, cli, exports, running, views
from rse.indicators.engine.models import KEEP_DAYS
from rse.people import deputies


def _changing() -> tuple[type[Event], ...]:
    """Give the events by which the features below say, in their `indicators`, that the past has changed."""
    declaring = (name for name in FEATURES if name != "indicators" and find_spec(f"rse.{name}.indicators"))
    modules = (import_module(f"rse.{name}.indicators") for name in declaring)
    declared = (value for module in modules for value in vars(module).values() if isinstance(value, Activity))
    return tuple(dict.fromkeys(event for activity in declared for event in activity.touches))


def _has_team(viewer: Viewer) -> bool:
    """Tell whether somebody reports to the viewer, or to whom they stand in for."""
    if getattr(viewer.card, "is_manager", False):
        return True
    return deputies.stands_in(db.session(), viewer.id, clock.today(viewer.timezone))


feature = Feature(
    name="indicators",
    blueprints=(views.blueprint, api.blueprint),
    cli=(cli.indicators,),
    nav=(
        NavItem(
            "team", lazy("My team"), "indicators.team", "chart-no-axes-column", 60,
            shown=_has_team,
        ),
        NavItem(
            "company_figures", lazy("The company in figures"), "indicators.company", "building-2", 62,
            shown=lambda viewer: viewer.is_employee,
        ),
        NavItem(
            "indicators", lazy("How the figures are made"), "indicators.definitions_page", "info", 40, "foot"
        ),
    ),
    exports=(exports.export,),
    keeps=(
        Keep(
            "rollups", lazy("Daily counts that figures are made of"),
            lazy("Personal data that no page shows; the figures published from them stay."),
            KEEP_DAYS, KEEP_DAYS, KEEP_DAYS,
        ),
    ),
    subscribers=(Subscriber("indicators.marks", _changing(), running.heed),),
)  # fmt: skip
