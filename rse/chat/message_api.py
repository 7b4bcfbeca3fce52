"""REST of what is done to single messages: pinned, kept, reacted to, unread again."""

from datetime import datetime
from typing import Any

from rse.chat import keeping, previews, queries, reacting, service, shapes
from rse.chat.api import blueprint
from rse.chat.models import Message
from rse.chat.schemas import MarkUnread, MessageOut
from rse.core import db
from rse.core.api import Listing, Page, endpoint, paginate
from rse.core.web import SIGNED_IN, decode_cursor, viewer

OFTEN = "120/minute"


def _own(message: Message) -> dict[str, Any]:
    (found,) = shapes.own(db.session(), viewer(), [message])
    return found


@endpoint(blueprint, "/conversations/<pid:conversation_id>/pinned", rule=SIGNED_IN, returns=Listing)
def list_pinned(conversation_id: int) -> Any:
    """List what is pinned in a conversation, the last pin first; all of it."""
    place = queries.place(db.session(), viewer(), conversation_id)
    rows = keeping.pinned(db.session(), place)
    return {"items": shapes.own(db.session(), viewer(), rows), "next_cursor": None}


@endpoint(blueprint, "/messages/<pid:message_id>/pin", "PUT", rule=SIGNED_IN, returns=MessageOut, limit=OFTEN)
def pin_message(message_id: int) -> Any:
    """Pin a message for everybody in its conversation: whoever may write there."""
    return _own(keeping.pin(db.session(), viewer(), message_id))


@endpoint(
    blueprint, "/messages/<pid:message_id>/pin", "DELETE", rule=SIGNED_IN, returns=MessageOut, limit=OFTEN
)
def unpin_message(message_id: int) -> Any:
    """Let a pinned message go."""
    return _own(keeping.pin(db.session(), viewer(), message_id, on=False))


@endpoint(
    blueprint, "/messages/<pid:message_id>/saved", "PUT", rule=SIGNED_IN, returns=MessageOut, limit=OFTEN
)
def save_message(message_id: int) -> Any:
    """Keep a message for later; nobody else is shown it."""
    return _own(keeping.save(db.session(), viewer(), message_id))


@endpoint(
    blueprint, "/messages/<pid:message_id>/saved", "DELETE", rule=SIGNED_IN, returns=MessageOut, limit=OFTEN
)
def forget_message(message_id: int) -> Any:
    """Stop keeping a message."""
    return _own(keeping.save(db.session(), viewer(), message_id, on=False))


@endpoint(blueprint, "/saved-messages", rule=SIGNED_IN, query=Page, returns=Listing)
def list_saved(query: Page) -> Any:
    """List the messages that the caller keeps and still reads, the last one kept first."""
    before = decode_cursor(query.cursor, datetime, int)
    found = keeping.saved(db.session(), viewer(), before=before, limit=query.limit)
    rows, cursor = paginate(list(found), query.limit, lambda row: (row[1], row[0].id))
    return {"items": shapes.own(db.session(), viewer(), [row[0] for row in rows]), "next_cursor": cursor}


@endpoint(
    blueprint, "/messages/<pid:message_id>/reactions/<name>", "PUT", rule=SIGNED_IN, returns=MessageOut,
    limit=OFTEN,
)  # fmt: skip
def react_to_message(message_id: int, name: str) -> Any:
    """Give a sign under a message."""
    return _own(reacting.react(db.session(), viewer(), message_id, name))


@endpoint(
    blueprint, "/messages/<pid:message_id>/reactions/<name>", "DELETE", rule=SIGNED_IN, returns=MessageOut,
    limit=OFTEN,
)  # fmt: skip
def unreact_to_message(message_id: int, name: str) -> Any:
    """Take a sign back."""
    return _own(reacting.react(db.session(), viewer(), message_id, name, on=False))


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/unread", "PUT", rule=SIGNED_IN, body=MarkUnread,
    limit=OFTEN,
)  # fmt: skip
def mark_unread(conversation_id: int, body: MarkUnread) -> Any:
    """Let a message and those after it count as unread again for the caller."""
    return {"seq": service.mark_unread(db.session(), viewer(), conversation_id, body.seq)}


@endpoint(
    blueprint, "/messages/<pid:message_id>/link-preview", "DELETE", rule=SIGNED_IN, returns=MessageOut,
    limit=OFTEN,
)  # fmt: skip
def remove_link_preview(message_id: int) -> Any:
    """Take what is shown of its link from the caller's own message, for good."""
    return _own(previews.remove(db.session(), viewer(), message_id))
