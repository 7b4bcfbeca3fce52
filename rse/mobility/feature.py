"""What the mobility feature declares."""

from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel
from rse.core.i18n import lazy
from rse.mobility import api, exports, policy, views


def _employee(viewer: Viewer) -> bool:
    return viewer.is_employee


def _hr(viewer: Viewer) -> bool:
    return viewer.is_employee and viewer.holds(policy.HR)


feature = Feature(
    name="mobility",
    blueprints=(views.blueprint, api.blueprint),
    nav=(
        NavItem("mobility", lazy("Mobility"), "mobility.own", "", 16, "settings.tabs", _employee),
        NavItem("openness", lazy("Open to a move"), "mobility.index", "briefcase", 27, "me", _hr),
    ),
    panels=(Panel("person.main", "mobility", lazy("Open to"), 20, views.panel),),
    exports=(exports.export,),
)
