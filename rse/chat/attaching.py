"""Files of messages: who reads a message reads them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rse.chat import queries
from rse.chat.events import MessagesChanged
from rse.chat.models import Message
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.feature import Holder
from rse.core.model import encode_id
from rse.files.models import File

KIND = "message"


def _readable(session: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
    query = select(Message.id).where(Message.id.in_(ids), Message.deleted_at.is_(None))
    return set(session.scalars(query.where(queries.readable_messages(viewer))))


def _gone(session: Session, ids: Collection[int], before: datetime) -> set[int]:
    kept = Message.deleted_at.is_(None) | (Message.deleted_at >= before)
    return set(ids) - set(session.scalars(select(Message.id).where(Message.id.in_(ids), kept)))


def _changed(session: Session, ids: Collection[int]) -> None:
    """Count the files of messages again; pages that are open show it when they are loaded anew."""
    number = select(func.count(File.id)).where(File.kind == KIND, File.object_id == Message.id)
    values = {"files": number.scalar_subquery(), "version": Message.version + 1}
    changed = update(Message).where(Message.id.in_(ids)).values(values)
    session.execute(changed.execution_options(synchronize_session=False))
    session.expire_all()
    in_each: dict[int, list[int]] = {}
    for conversation_id, message_id in session.execute(
        select(Message.conversation_id, Message.id).where(Message.id.in_(ids))
    ):
        in_each.setdefault(conversation_id, []).append(message_id)
    for conversation_id, messages in in_each.items():
        emit(session, MessagesChanged(conversation_id, tuple(messages)))


def _hrefs(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    query = select(Message.id, Message.conversation_id, Message.seq).where(Message.id.in_(ids))
    return {
        row.id: f"/messages/{encode_id(row.conversation_id)}?at={row.seq}" for row in session.execute(query)
    }


def _audiences(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    query = select(Message.id, Message.audience).where(Message.id.in_(ids), Message.deleted_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query)}


HOLDER = Holder(KIND, _readable, _gone, _changed, _hrefs, _audiences)
