"""What the pages feature declares."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.core.events import emit_all
from rse.core.feature import Feature, Panel, Subscriber
from rse.core.i18n import lazy
from rse.groups.events import GroupFounded, GroupRetokened
from rse.pages import (
    api,
    exports,
    founding,
    history_views,
    keeping,
    notices,
    search,
    service,
    thread_views,
    views,
)
from rse.pages.events import PageChanged


def follow(session: Session, events: Sequence[GroupRetokened]) -> None:
    """Give the pages of a group the audience that its posts have now."""
    for event in events:
        touched = service.retoken(session, event.group_id, event.new_audience)
        emit_all(session, [PageChanged(page_id) for page_id in touched])


feature = Feature(
    name="pages",
    blueprints=(views.blueprint, api.blueprint),
    panels=(Panel("post.thread", "page", lazy("Page of the group"), 5, thread_views.beside_thread),),
    subscribers=(
        Subscriber("pages.follow", (GroupRetokened,), follow, "same_transaction"),
        Subscriber("pages.founded", (GroupFounded,), founding.begin, "same_transaction"),
    ),
    index=(search.source,),
    notices=notices.NOTICES,
    exports=(exports.export,),
    keeps=keeping.KEEPS,
)

__all__ = ["feature", "history_views"]
