"""Messages that are pinned for everybody in a conversation, and those that somebody keeps for themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.orm import Session

from rse.chat import policy, queries
from rse.chat.events import MessagePinned
from rse.chat.models import Message, MessageReaction, SavedMessage
from rse.chat.numbers import log, take
from rse.chat.policy import Place
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _, ngettext
from rse.core.policy import Action, Invalid, NotFound, require

MOST_PINNED = 50  # in a conversation: more would hide what matters


@dataclass(frozen=True, slots=True)
class Mine:
    """What one person has done to a message: nobody else is shown that they keep it."""

    saved: bool = False
    reactions: tuple[str, ...] = ()


NOTHING = Mine()


def mine(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, Mine]:
    """Give the viewer's own signs on these messages; those without any are left out. One query."""
    if not ids:
        return {}
    kept = select(SavedMessage.message_id, literal("").label("name"), SavedMessage.at).where(
        SavedMessage.person_id == viewer.id, SavedMessage.message_id.in_(ids)
    )
    given = select(MessageReaction.message_id, MessageReaction.name, MessageReaction.at).where(
        MessageReaction.person_id == viewer.id, MessageReaction.message_id.in_(ids)
    )
    found: dict[int, list[str]] = {}
    for message_id, name, _at in session.execute(union_all(kept, given).order_by("at")):
        found.setdefault(message_id, []).append(name)
    return {i: Mine("" in names, tuple(filter(None, names))) for i, names in found.items()}


def pinned(session: Session, place: Place) -> list[Message]:
    """Give what is pinned in a conversation and read by who stands at this place, the last pin first."""
    query = (
        select(Message)
        .where(Message.conversation_id == place.conversation.id, Message.pinned_at.is_not(None))
        .where(Message.era >= place.since_era)
        .order_by(Message.pinned_at.desc(), Message.id.desc())
    )
    return list(session.scalars(query.limit(MOST_PINNED)))


def pinned_count(session: Session, place: Place) -> int:
    """Count them."""
    query = select(func.count()).where(
        Message.conversation_id == place.conversation.id,
        Message.pinned_at.is_not(None),
        Message.era >= place.since_era,
    )
    return session.scalar(query) or 0


def pin(session: Session, viewer: Viewer, message_id: int, *, on: bool = True) -> Message:
    """Pin a message for everybody in its conversation, or let it go; twice changes nothing. Flushes.

    Raises NotFound, Refused for who may not write there, Invalid for too many.
    """
    message = queries.message(session, viewer, message_id)
    taken = take(session, message.conversation_id)
    place = queries.place(session, viewer, message.conversation_id)
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        raise NotFound
    reason = _("Who may write in a conversation pins its messages.")
    require(policy.may_send(viewer, place), Action.PIN, reason)
    if (message.pinned_at is not None) == on:
        take(session, message.conversation_id, events=-1)
        return message
    if on and pinned_count(session, place) >= MOST_PINNED:
        said = ngettext(
            "A conversation pins %(n)s message at most: let one go first.",
            "A conversation pins %(n)s messages at most: let one go first.",
            MOST_PINNED,
        )
        raise Invalid(pin=said)
    message.pinned_at, message.pinned_by = (clock.now(), viewer.id) if on else (None, None)
    session.flush()
    log(session, place, taken.pos, "message:pinned", message.era, message_id=message.id)
    emit(session, MessagePinned(message.conversation_id, message.id, taken.pos))
    return message


def save(session: Session, viewer: Viewer, message_id: int, *, on: bool = True) -> Message:
    """Keep a readable message for later, or stop to; nobody else is shown it. Raises NotFound."""
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None and on:
        raise NotFound
    here = (SavedMessage.person_id == viewer.id, SavedMessage.message_id == message_id)
    session.execute(delete(SavedMessage).where(*here))
    if on:
        values = {"person_id": viewer.id, "message_id": message_id, "at": clock.now()}
        session.execute(insert(SavedMessage).values(values))
    return message


def saved(
    session: Session, viewer: Viewer, *, before: tuple[datetime, int] | None = None, limit: int = 20
) -> Sequence[tuple[Message, datetime]]:
    """Give `limit + 1` kept messages that the viewer still reads, with when they kept them, newest first."""
    query = (
        select(Message, SavedMessage.at)
        .join(SavedMessage, SavedMessage.message_id == Message.id)
        .where(SavedMessage.person_id == viewer.id, Message.deleted_at.is_(None))
        .where(queries.readable_messages(viewer))
    )
    if before is not None:
        same = and_(SavedMessage.at == before[0], SavedMessage.message_id < before[1])
        query = query.where(or_(SavedMessage.at < before[0], same))
    query = query.order_by(SavedMessage.at.desc(), SavedMessage.message_id.desc())
    return [(row[0], row[1]) for row in session.execute(query.limit(limit + 1))]
