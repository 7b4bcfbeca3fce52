"""What live discussion declares."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from rse.chat import (
    api,
    live,
    message_api,
    message_views,
    models,
    people_views,
    previews,
    previews_live,
    promoting_api,
    promoting_views,
    queries,
    settings_views,
    tasks,
    topics_api,
    topics_views,
    views,
)
from rse.chat.attaching import HOLDER
from rse.chat.events import LinkWritten, MessageEdited, MessageSent
from rse.chat.exports import EXPORT
from rse.chat.following import follow
from rse.chat.indicators import ACTIVITY
from rse.chat.notices import NOTICES
from rse.chat.search import SOURCE
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.files.events import LinkRead
from rse.files.previewing import shown_on
from rse.groups.events import GroupRetokened, MemberLeft


def unread(session: Session, viewer: Viewer) -> Mapping[str, Any]:
    """Give the count of unread messages that every page shows: one query."""
    return {"unread_messages": queries.unread_of(session, viewer.id)}


def _init(app: Flask) -> None:
    views.filters(app)
    previews_live.register()
    shown_on(models.Message)


feature = Feature(
    name="chat",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("chat.follow", (GroupRetokened, MemberLeft), follow, mode="same_transaction"),
        Subscriber("chat.links", (MessageSent,), previews.note, mode="same_transaction"),
        Subscriber("chat.edited_links", (MessageEdited,), previews.note_edit, mode="same_transaction"),
        Subscriber("chat.preview", (LinkWritten,), previews.find),
        Subscriber("chat.linked", (LinkRead,), previews.read, mode="same_transaction"),
        previews_live.SUBSCRIBER,
        *live.SUBSCRIBERS,
    ),
    index=(SOURCE,),
    activity=(ACTIVITY,),
    notices=NOTICES,
    exports=(EXPORT,),
    holders=(HOLDER,),
    frame=(unread,),
    nav=(
        NavItem("messages", lazy("Messages"), "chat.index", "message-circle", 35),
        NavItem("messages", lazy("Messages"), "chat.own_settings", "", 22, "settings.tabs"),
    ),
    panels=(Panel("group.discussion", "discussion", lazy("Discussion"), 10, views.panel),),
    init=_init,
    keeps=(tasks.EVENTS,),
)

__all__ = [
    "feature",
    "message_api",
    "message_views",
    "models",
    "people_views",
    "promoting_api",
    "promoting_views",
    "settings_views",
    "topics_api",
    "topics_views",
]
