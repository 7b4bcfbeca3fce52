"""What the administration declares."""

from rse.administration import exports, models, people_views, role_views, sso_views, stay_views, views
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem
from rse.core.i18n import lazy


def _administers(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


def _tab(key: str, label: object, endpoint: str, order: int) -> NavItem:
    """Give a page of the administration; other features declare theirs in the same way."""
    return NavItem(key, label, f"administration.{endpoint}", "", order, "admin.tabs", _administers)


feature = Feature(
    name="administration",
    blueprints=(views.blueprint, sso_views.blueprint),
    exports=(exports.export,),
    nav=(
        NavItem(
            "administration",
            lazy("Administration"),
            "administration.overview",
            "shield-check",
            90,
            "admin",
            _administers,
        ),
        _tab("overview", lazy("Overview"), "overview", 0),
        _tab("people", lazy("People"), "people", 10),
        _tab("roles", lazy("Roles"), "roles", 40),
        NavItem("sso", lazy("Sign-in"), "sso.index", "", 50, "admin.tabs", _administers),
    ),
)

__all__ = ["feature", "models", "people_views", "role_views", "stay_views"]
