"""What the search feature declares."""

from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.search import (
    api,
    cli,
    current,
    expert_views,
    exports,
    findable_views,
    first_letters,
    inside,
    models,
    notices,
    saved_views,
    skill_views,
    suggesting,
    synonym_views,
    tasks,
    views,
)


def _administers(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


feature = Feature(
    name="search",
    blueprints=(views.blueprint, api.blueprint),
    cli=(cli.group,),
    subscribers=(
        Subscriber(tasks.SUBSCRIBER, current.indexed_events(), tasks.follow, writes=False, batch=1_000),
    ),
    nav=(
        NavItem("synonyms", lazy("Synonyms"), "search.synonym_page", "", 75, "admin.tabs", _administers),
        NavItem(
            "findable",
            lazy("Being found"),
            "search.findable_page",
            "",
            15,
            "settings.tabs",
            shown=lambda viewer: viewer.is_employee,
        ),
    ),
    panels=(
        Panel("settings.skills", "offered", lazy("Skills that you could declare"), 10, findable_views.panel),
    ),
    exports=(exports.export,),
    notices=notices.NOTICES,
    init=current.init,
    checks=(tasks.search_index,),
    derived=(current.FOLDER,),
    restored=(tasks.index_anew,),
)

__all__ = [
    "expert_views",
    "feature",
    "first_letters",
    "inside",
    "models",
    "saved_views",
    "skill_views",
    "suggesting",
    "synonym_views",
]
