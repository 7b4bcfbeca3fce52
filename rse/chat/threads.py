"""Threads: messages that stand under another one, apart from the conversation's own flow.

Who reads a message reads its thread: a reply takes the era of the message under which it stands.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.chat import queries
from rse.chat.models import Message
from rse.chat.policy import Place
from rse.core.audience import Viewer, conversation_token
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound


def root_of(session: Session, place: Place, message_id: int) -> Message:
    """Give the message that begins the thread of this one; a reply belongs to the thread that it is in.

    Raises Invalid(thread_id=...) for what is not read from this place.
    """
    found = queries.by_ids(session, [message_id]).get(message_id)
    if found is not None and found.thread_id is not None:
        found = queries.by_ids(session, [found.thread_id]).get(found.thread_id)
    if found is None or found.conversation_id != place.conversation.id or found.era < place.since_era:
        raise Invalid(thread_id=_("This message is not in this conversation."))
    return found


def audience(place: Place, era: int) -> str:
    """Give who reads messages of an era of a conversation."""
    return place.group.posts_audience if place.group else conversation_token(place.conversation.id, era)


def replies(
    session: Session, place: Place, root_id: int, *, before: int | None = None, limit: int = 50
) -> tuple[list[Message], bool]:
    """Give the last messages under one (those before a number), ascending, and whether there are more."""
    query = select(Message).where(
        Message.thread_id == root_id,
        Message.conversation_id == place.conversation.id,
        Message.era >= place.since_era,
    )
    if before is not None:
        query = query.where(Message.seq < before)
    found = list(session.scalars(query.order_by(Message.seq.desc()).limit(limit + 1)))
    return found[:limit][::-1], len(found) > limit


def thread(session: Session, viewer: Viewer, message_id: int) -> tuple[Place, Message]:
    """Give the message that begins a thread, and where it stands. Raises NotFound."""
    message = queries.message(session, viewer, message_id)
    place = queries.place(session, viewer, message.conversation_id)
    try:
        return place, root_of(session, place, message.id)
    except Invalid as error:
        raise NotFound from error


def root_at(session: Session, place: Place, seq: int) -> int | None:
    """Give the message under which the one with a number stands; None where it stands by itself."""
    query = select(Message.thread_id).where(
        Message.conversation_id == place.conversation.id,
        Message.seq == seq,
        Message.era >= place.since_era,
    )
    return session.scalar(query)
