"""What a person's own export contains of live discussion, and how an erasure treats it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from rse.chat import presence, reacting
from rse.chat.events import MessagesChanged
from rse.chat.models import (
    HiddenPresence,
    Message,
    MessageDraft,
    MessageReaction,
    Participation,
    Promotion,
    SavedMessage,
    Topic,
)
from rse.core import clock
from rse.core.events import emit
from rse.core.feature import Export
from rse.core.model import encode_id
from rse.core.render import iso

BATCH = 500


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give what the person wrote; what others wrote to them is the others'."""
    query = select(Message).where(Message.author_id == person_id).order_by(Message.at, Message.id)
    for one in session.scalars(query.execution_options(yield_per=500)):
        yield {
            "id": encode_id(one.id),
            "conversation_id": encode_id(one.conversation_id),
            "seq": one.seq,
            "at": iso(one.at),
            "edited_at": iso(one.edited_at) if one.edited_at else None,
            "body": one.body,
        }
    made = select(Topic).where(Topic.created_by == person_id).order_by(Topic.id)
    for topic in session.scalars(made):
        place = {"conversation_id": encode_id(topic.conversation_id), "at": iso(topic.created_at)}
        yield {"what": "made the topic", **place, "name": topic.name}
    yield from _signs(session, person_id)
    yield from _own_settings(session, person_id)


def _own_settings(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give what the person has begun to write, and whether they hide that they are present."""
    drafts = select(MessageDraft).where(MessageDraft.person_id == person_id)
    for one in session.scalars(drafts.order_by(MessageDraft.updated_at)):
        place = {"conversation_id": encode_id(one.conversation_id), "at": iso(one.updated_at)}
        yield {"what": "draft", **place, "body": one.body}
    requests = select(Promotion).where(or_(Promotion.asked_by == person_id, Promotion.author_id == person_id))
    for made in session.scalars(requests.order_by(Promotion.id)):
        mine = made.asked_by == person_id
        yield {
            "what": "asked to make a post of" if mine else "was asked to make a post of",
            "message_id": encode_id(made.message_id),
            "state": made.state,
            "at": iso(made.asked_at),
        }
    hidden = session.get(HiddenPresence, person_id)
    if hidden is not None:
        yield {"what": "presence hidden", "at": iso(hidden.at)}


def _signs(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give which messages the person keeps or reacted to: where and when, not the words of others."""
    tables: tuple[tuple[str, Any], ...] = (("saved", SavedMessage), ("reaction", MessageReaction))
    for what, table in tables:
        query = select(table, Message.conversation_id, Message.seq).join(
            Message, Message.id == table.message_id
        )
        for row in session.execute(query.where(table.person_id == person_id).order_by(table.at)):
            one = row[0]
            yield {
                "what": what,
                "name": one.name if isinstance(one, MessageReaction) else None,
                "message_id": encode_id(one.message_id),
                "conversation_id": encode_id(row.conversation_id),
                "seq": row.seq,
                "at": iso(one.at),
            }


def erase(session: Session, person_id: int) -> None:
    """Take the person's words from every conversation, where their places stay, and end their part."""
    theirs = (Message.author_id == person_id, Message.deleted_at.is_(None))
    written: dict[int, list[int]] = {}
    for conversation_id, message_id in session.execute(
        select(Message.conversation_id, Message.id).where(*theirs)
    ):
        written.setdefault(conversation_id, []).append(message_id)
    nothing = {"body": "", "body_html": "", "reactions": {}, "deleted_at": clock.now(), "pinned_at": None}
    session.execute(update(Message).where(*theirs).values(**nothing, version=Message.version + 1))
    for conversation_id, ids in written.items():
        emit(session, MessagesChanged(conversation_id, tuple(ids)))
    session.execute(delete(Participation).where(Participation.person_id == person_id))
    session.execute(delete(SavedMessage).where(SavedMessage.person_id == person_id))
    session.execute(delete(MessageDraft).where(MessageDraft.person_id == person_id))
    theirs_asked = or_(Promotion.asked_by == person_id, Promotion.author_id == person_id)
    session.execute(delete(Promotion).where(theirs_asked))
    session.execute(update(Topic).where(Topic.created_by == person_id).values(created_by=None))
    presence.forget(session, person_id)
    _take_signs(session, person_id)


def _take_signs(session: Session, person_id: int) -> None:
    """Take the person's signs from under messages, and count those again."""
    given = select(MessageReaction.message_id).where(MessageReaction.person_id == person_id)
    ids = sorted(set(session.scalars(given)))
    session.execute(delete(MessageReaction).where(MessageReaction.person_id == person_id))
    session.execute(update(Message).where(Message.pinned_by == person_id).values(pinned_by=None))
    recount(session, ids)


def recount(session: Session, ids: Sequence[int]) -> None:
    """Count the signs under messages again, from the rows that are left."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        left = reacting.counts(session, part)
        for message in session.scalars(select(Message).where(Message.id.in_(part))):
            message.reactions = {} if message.deleted_at else left.get(message.id, {})
        session.flush()


EXPORT = Export("messages", rows, erase)
