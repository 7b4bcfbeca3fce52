"""The numbers of a conversation: who takes one holds the row until the commit, so none is left out.

Every message asks these statements: they are built once, and run beside the ORM.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from rse.chat.models import Conversation, ConversationEvent, Message
from rse.chat.policy import Place
from rse.core import clock
from rse.core.policy import NotFound

_ROW = Conversation.__table__.c
_NEXT = {"seq": _ROW.seq + bindparam("messages"), "pos": _ROW.pos + bindparam("events")}
_TAKE = update(Conversation).where(_ROW.id == bindparam("place")).returning(_ROW.seq, _ROW.pos)
_TAKE_EVENT = _TAKE.values(**_NEXT)
_TAKE_MESSAGE = _TAKE.values(**_NEXT, last_id=bindparam("message"), active_at=bindparam("now"))
_LOG = insert(ConversationEvent)


def take(session: Session, conversation_id: int, messages: int = 0, events: int = 1) -> Any:
    """Take the next numbers; the row stays locked until the end of the transaction. Raises NotFound."""
    return _taken(session, _TAKE_EVENT, place=conversation_id, messages=messages, events=events)


def take_message(session: Session, conversation_id: int, message_id: int, at: datetime) -> Any:
    """Take the numbers of a message, which becomes the newest one. Raises NotFound."""
    said = {"message": message_id, "now": at}
    return _taken(session, _TAKE_MESSAGE, place=conversation_id, messages=1, events=1, **said)


def give_back(session: Session, conversation_id: int, seq: int) -> None:
    """Give the numbers of a message back: nobody has seen them, for we hold the row."""
    query = select(Message.id, Message.at).where(Message.conversation_id == conversation_id)
    before = session.execute(query.where(Message.seq < seq).order_by(Message.seq.desc()).limit(1)).one()
    said = {"message": before.id, "now": before.at}
    _taken(session, _TAKE_MESSAGE, place=conversation_id, messages=-1, events=-1, **said)


def _taken(session: Session, statement: Any, **given: Any) -> Any:
    session.flush()
    taken = session.connection().execute(statement, given).first()
    if taken is None:
        raise NotFound
    return taken


def log(session: Session, place: Place, pos: int, kind: str, era: int, **payload: Any) -> None:
    """Write an event at its position, for those who catch up."""
    values = {"conversation_id": place.conversation.id, "pos": pos, "kind": kind, "era": era}
    session.connection().execute(_LOG, {**values, "payload": payload, "at": clock.now()})
