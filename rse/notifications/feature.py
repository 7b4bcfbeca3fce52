"""What the notifications declare."""

from sqlalchemy.orm import Session

from rse.chat.events import ConversationRead
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.notifications import (
    api,
    catching_up,
    delivering,
    exports,
    live,
    models,
    push_views,
    reply_views,
    settings_views,
    subscribing,
    views,
)
from rse.notifications.events import Spread


def unread(_session: Session, viewer: Viewer) -> int:
    """Give the count in the bar: it came with the session, so it costs no query."""
    found: int = viewer.known.get("unread", 0)
    return found


feature = Feature(
    name="notifications",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("notifications.tell", delivering.told_events(), delivering.tell, batch=50),
        Subscriber("notifications.spread", (Spread,), delivering.spread, batch=1),
        Subscriber("notifications.forget", delivering.FORGETTING, delivering.forget, batch=20),
        Subscriber("notifications.follow", (ConversationRead,), delivering.follow_reading),
        *live.SUBSCRIBERS,
    ),
    nav=(
        NavItem(
            "notifications", lazy("Notifications"), "notifications.index", "bell", 10, "me", count=unread
        ),
        NavItem(
            "notification-settings",
            lazy("Notifications"),
            "notifications.preferences",
            "",
            20,
            "settings.tabs",
        ),
    ),
    panels=(Panel("post.thread", "mute", lazy("Mute this thread"), 10, views.beside_thread),),
    exports=(exports.export,),
    live=live.register,
    seals=(subscribing.seal_anew,),
)

__all__ = ["catching_up", "feature", "models", "push_views", "reply_views", "settings_views"]
