"""What the drafts feature declares."""

from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.drafts import (
    api,
    exports,
    founding,
    notices,
    queries,
    reading_views,
    service,
    tasks,
    views,
)
from rse.feed.events import PostPublished
from rse.groups.events import GroupFounded

feature = Feature(
    name="drafts",
    blueprints=(views.blueprint, api.blueprint),
    nav=(NavItem("drafts", lazy("Drafts"), "drafts.index", "file-text", 35, "me"),),
    subscribers=(
        Subscriber("drafts.published", (PostPublished,), service.forget_published, "same_transaction"),
        Subscriber("drafts.founded", (GroupFounded,), founding.begin, "same_transaction"),
    ),
    notices=notices.NOTICES,
    exports=(exports.export,),
    names_files=queries.names_files,
)

__all__ = ["feature", "reading_views", "tasks"]
