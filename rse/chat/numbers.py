"""The numbers of a conversation: who takes one holds the row until the commit, so none is left out."""

from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from rse.chat.models import Conversation, ConversationEvent
from rse.chat.policy import Place
from rse.core import clock
from rse.core.policy import NotFound


def take(session: Session, conversation_id: int, messages: int = 0, events: int = 1) -> Any:
    """Take the next numbers; the row stays locked until the end of the transaction. Raises NotFound."""
    taken = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(seq=Conversation.seq + messages, pos=Conversation.pos + events)
        .returning(Conversation.seq, Conversation.pos)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        raise NotFound
    return taken


def log(session: Session, place: Place, pos: int, kind: str, era: int, **payload: Any) -> None:
    """Write an event at its position, for those who catch up."""
    values = {"conversation_id": place.conversation.id, "pos": pos, "kind": kind, "era": era}
    session.execute(insert(ConversationEvent).values(**values, payload=payload, at=clock.now()))
