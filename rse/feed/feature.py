"""What the feed feature declares."""

from rse.core.feature import Feature, NavItem, Panel
from rse.core.i18n import lazy
from rse.feed import actions, api, cli, indicators, panels, views

feature = Feature(
    name="feed",
    blueprints=(views.blueprint, api.blueprint),
    activity=(indicators.activity,),
    nav=(
        NavItem("home", lazy("Home"), "feed.home", "house", 10),
        NavItem("saved", lazy("Kept for later"), "feed.saved", "bookmark", 30, "me"),
    ),
    panels=(
        Panel("group.feed", "feed", lazy("Posts"), 10, panels.group_feed),
        Panel("person.main", "feed", lazy("Latest posts"), 30, panels.person_latest),
    ),
)

__all__ = ["actions", "cli", "feature"]
