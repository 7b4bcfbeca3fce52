"""Taking a message's words out of sight for a moderator, and putting them back; who may is theirs to say."""

from sqlalchemy.orm import Session

from rse.chat.events import MessageDeleted, MessageEdited
from rse.chat.models import Conversation, Message
from rse.chat.numbers import log, take
from rse.chat.policy import Place
from rse.chat.service import blank
from rse.core.events import emit


def _taken(session: Session, message_id: int) -> tuple[Message, Place, int]:
    """Give a message, its conversation, and the number of what happens to it; the row is locked then."""
    conversation_id = session.get_one(Message, message_id).conversation_id
    pos = take(session, conversation_id).pos
    message = session.get_one(Message, message_id, populate_existing=True)
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    return message, Place(conversation, 1, 0, muted=False, takes_part=False), pos


def withdraw(session: Session, message_id: int) -> bool:
    """Take a message's words away; False when they are gone already. Flushes."""
    if session.get_one(Message, message_id, populate_existing=True).deleted_at is not None:
        return False
    message, place, pos = _taken(session, message_id)
    blank(message)
    session.flush()
    log(session, place, pos, "message:deleted", message.era, message_id=message.id)
    emit(session, MessageDeleted(message.conversation_id, message.id, pos, message.at))
    return True


def put_back(session: Session, message_id: int, body: str, html: str) -> None:
    """Give a message its words again, from the copy that was kept of them. Flushes."""
    message, place, pos = _taken(session, message_id)
    message.body, message.body_html, message.deleted_at = body, html, None
    message.version += 1
    session.flush()
    log(session, place, pos, "message:edited", message.era, message_id=message.id)
    emit(session, MessageEdited(message.conversation_id, message.id, pos, message.at))
