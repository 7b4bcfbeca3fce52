"""What a person's own export contains of live discussion, and how an erasure treats it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rse.chat.events import MessagesChanged
from rse.chat.models import Message, Participation
from rse.core import clock
from rse.core.events import emit
from rse.core.feature import Export
from rse.core.model import encode_id
from rse.core.render import iso


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


def erase(session: Session, person_id: int) -> None:
    """Take the person's words from every conversation, where their places stay, and end their part."""
    theirs = (Message.author_id == person_id, Message.deleted_at.is_(None))
    written: dict[int, list[int]] = {}
    for conversation_id, message_id in session.execute(
        select(Message.conversation_id, Message.id).where(*theirs)
    ):
        written.setdefault(conversation_id, []).append(message_id)
    nothing = {"body": "", "body_html": "", "reactions": {}, "deleted_at": clock.now()}
    session.execute(update(Message).where(*theirs).values(**nothing, version=Message.version + 1))
    for conversation_id, ids in written.items():
        emit(session, MessagesChanged(conversation_id, tuple(ids)))
    session.execute(delete(Participation).where(Participation.person_id == person_id))


EXPORT = Export("messages", rows, erase)
