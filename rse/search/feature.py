"""What the search feature declares."""

from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.search import api, cli, current, expert_views, suggesting, synonym_views, tasks, views


def _administers(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


feature = Feature(
    name="search",
    blueprints=(views.blueprint, api.blueprint),
    cli=(cli.group,),
    subscribers=(
        Subscriber(tasks.SUBSCRIBER, current.indexed_events(), tasks.follow, writes=False, batch=1_000),
    ),
    nav=(NavItem("synonyms", lazy("Synonyms"), "search.synonym_page", "", 75, "admin.tabs", _administers),),
    init=current.init,
    checks=(tasks.search_index,),
    derived=(current.FOLDER,),
    restored=(tasks.index_anew,),
)

__all__ = ["expert_views", "feature", "suggesting", "synonym_views"]
