"""What moderation declares."""

from rse.core.audience import Viewer
from rse.core.feature import Feature, Guard, NavItem, Panel
from rse.core.i18n import lazy
from rse.moderation import api, charter_admin, charter_views, exports, notices, tasks, views


def _administers(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


def _moderates(viewer: Viewer) -> bool:
    return "moderator" in viewer.roles


feature = Feature(
    name="moderation",
    blueprints=(charter_views.blueprint, api.blueprint),
    guards=(Guard("moderation.charter", charter_views.lead, charter_views.refuse),),
    exports=(exports.export,),
    notices=notices.NOTICES,
    panels=(Panel("person.actions", "report", lazy("Report"), 90, views.link),),
    nav=(
        NavItem("moderation", lazy("Moderation"), "moderation.queue", "flag", 80, "me", _moderates),
        NavItem("reports", lazy("Reports"), "moderation.mine", "", 85, "settings.tabs"),
        NavItem("charter", lazy("Charter"), "moderation.charter_page", "", 10, "foot"),
        NavItem("charter", lazy("Charter"), "moderation.charter_editor", "", 85, "admin.tabs", _administers),
    ),
)

__all__ = ["charter_admin", "feature", "tasks"]
