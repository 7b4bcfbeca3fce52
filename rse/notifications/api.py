"""Notifications under /api/v1."""

from typing import Any

from flask import Blueprint

from rse.accounts import devices
from rse.chat import queries as messages
from rse.core import db
from rse.core.api import Listing, endpoint, respond
from rse.core.model import encode_id
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, viewer, viewer_id
from rse.notifications import choosing, queries, service, subscribing
from rse.notifications.delivering import kinds
from rse.notifications.schemas import (
    AllPreferences,
    AllPreferencesOut,
    CountsOut,
    NotificationsPage,
    ReadUpTo,
    UnreadOut,
)
from rse.people import api as people
from rse.people import service as people_service
from rse.people.appearance import remember_theme

blueprint = Blueprint("notifications_api", __name__)


def _out(item: queries.Item) -> dict[str, Any]:
    noted, line = item.noted, item.line
    kind, _colon, number = noted.thread.partition(":")
    return {
        "id": encode_id(noted.id),
        "kind": noted.kind,
        "thread": f"{kind}-{encode_id(int(number))}",
        "text": line.text,
        "subject": line.subject,
        "excerpt": line.excerpt,
        "url": line.url,
        "by_id": encode_id(noted.by_id) if noted.by_id else None,
        "at": noted.at,
        "read": noted.read_at is not None,
    }


@endpoint(blueprint, "/notifications", rule=SIGNED_IN, query=NotificationsPage, returns=Listing)
def index(query: NotificationsPage) -> dict[str, Any]:
    """List your notifications, the latest first; `unread` narrows to those you have not read."""
    position = decode_cursor(query.cursor, int)
    found, after = queries.listed(
        db.session(), viewer(), kinds(), unread=query.unread, before=position[0] if position else None,
        limit=query.limit,
    )  # fmt: skip
    return {"items": [_out(item) for item in found], "next_cursor": encode_cursor(after) if after else None}


@endpoint(blueprint, "/me/unread", rule=SIGNED_IN, returns=CountsOut)
def unread() -> dict[str, int]:
    """Count your messages and notifications that are not read: for pages that no socket tells."""
    session, person = db.session(), viewer_id()
    return {
        "messages": messages.unread_of(session, person),
        "notifications": queries.unread_of(session, person),
    }


@endpoint(
    blueprint,
    "/notifications/read",
    "PUT",
    rule=SIGNED_IN,
    body=ReadUpTo,
    returns=UnreadOut,
    limit="120/minute",
)
def read(body: ReadUpTo) -> dict[str, Any]:
    """Note that you have read everything up to a notification."""
    session = db.session()
    service.read(session, viewer_id(), up_to_id=body.up_to_id)
    return {"unread": queries.unread_of(session, viewer_id())}


@endpoint(
    blueprint, "/notifications/threads/<thread>/mute", "PUT", rule=SIGNED_IN, status=204, limit="120/minute"
)
def mute(thread: str) -> None:
    """Hear no more of a thread."""
    service.mute(db.session(), viewer(), queries.thread_key(thread))


@endpoint(blueprint, "/notifications/threads/<thread>/mute", "DELETE", rule=SIGNED_IN, status=204)
def unmute(thread: str) -> None:
    """Hear of a thread again."""
    service.mute(db.session(), viewer(), queries.thread_key(thread), on=False)


def _preferences() -> dict[str, Any]:
    return people.preferences(viewer()) | {"notifications": choosing.present(db.session(), viewer())}


@endpoint(blueprint, "/me/preferences", rule=SIGNED_IN, returns=AllPreferencesOut)
def preferences() -> dict[str, Any]:
    """Give your language, time zone and appearance, and what you hear, where and when."""
    return _preferences()


@endpoint(blueprint, "/me/preferences", "PUT", rule=SIGNED_IN, body=AllPreferences, returns=AllPreferencesOut)
def set_preferences(body: AllPreferences) -> Any:
    """Set your language, time zone and appearance, and what you hear; what you leave out stays."""
    session, who = db.session(), viewer()
    people_service.prefer(session, who, language=body.language, timezone=body.timezone, theme=body.theme)
    if body.notifications is not None:
        choosing.choose(session, who, body.notifications)
    response = respond(_preferences())
    if body.theme:
        remember_theme(response, body.theme)
    return response


@endpoint(blueprint, "/me/push", rule=SIGNED_IN, returns=Listing)
def browsers() -> dict[str, Any]:
    """List the browsers that you are pushed to; a browser is switched on in its own page."""
    found = subscribing.listed(db.session(), viewer())
    return {
        "items": [
            {
                "id": encode_id(one.id),
                "browser": devices.described(one.user_agent),
                "created_at": one.created_at,
                "failing": one.failing,
            }
            for one in found
        ],
        "next_cursor": None,
    }


@endpoint(blueprint, "/me/push/<pid:subscription_id>", "DELETE", rule=SIGNED_IN, status=204)
def push_no_more(subscription_id: int) -> None:
    """Push no more to one of your browsers."""
    subscribing.remove(db.session(), viewer(), subscription_id)
