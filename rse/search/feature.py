"""What the search feature declares."""

from rse.core.feature import Feature, Subscriber
from rse.search import api, cli, current, suggesting, tasks, views

feature = Feature(
    name="search",
    blueprints=(views.blueprint, api.blueprint),
    cli=(cli.group,),
    subscribers=(
        Subscriber(tasks.SUBSCRIBER, current.indexed_events(), tasks.follow, writes=False, batch=1_000),
    ),
    init=current.init,
    checks=(tasks.search_index,),
    derived=(current.FOLDER,),
    restored=(tasks.index_anew,),
)

__all__ = ["feature", "suggesting"]
