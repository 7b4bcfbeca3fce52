"""What a group's changes do to its discussion, in the transaction of the change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.chat import drafting
from rse.chat.events import MessagesChanged
from rse.chat.models import Conversation, Message, Participation
from rse.core import clock
from rse.core.audience import EVERYONE
from rse.core.events import emit
from rse.groups.events import GroupRetokened, MemberLeft
from rse.groups.models import Membership

BATCH = 500  # messages to index again, in one event


def _discussion(session: Session, group_id: int) -> int | None:
    return session.scalar(select(Conversation.id).where(Conversation.group_id == group_id))


def follow(session: Session, events: Sequence[Any]) -> None:
    """Give the messages the group's new audience; end the part of who has left."""
    for event in events:
        conversation_id = _discussion(session, event.group_id)
        if conversation_id is None:
            continue
        if isinstance(event, GroupRetokened):
            _retoken(session, conversation_id, event.new_audience)
        elif isinstance(event, MemberLeft):
            theirs = (
                Participation.conversation_id == conversation_id,
                Participation.person_id == event.person_id,
            )
            session.execute(update(Participation).where(*theirs).values(left_at=clock.now()))
            drafting.forget(session, conversation_id, event.person_id)


def _only_members(session: Session, conversation_id: int, audience: str) -> None:
    """End the part of those who wrote while the group was open: it counts for them no more."""
    group_id = int(audience.removeprefix("group:"))
    members = select(Membership.person_id).where(
        Membership.group_id == group_id, Membership.state == "active"
    )
    others = (
        Participation.conversation_id == conversation_id,
        Participation.left_at.is_(None),
        Participation.person_id.not_in(members),
    )
    session.execute(update(Participation).where(*others).values(left_at=clock.now()))


def _retoken(session: Session, conversation_id: int, audience: str) -> None:
    if audience != EVERYONE:
        _only_members(session, conversation_id, audience)
    of_it = Message.conversation_id == conversation_id
    session.execute(update(Message).where(of_it).values(audience=audience, version=Message.version + 1))
    ids = session.scalars(select(Message.id).where(of_it).order_by(Message.id)).all()
    for start in range(0, len(ids), BATCH):
        emit(session, MessagesChanged(conversation_id, tuple(ids[start : start + BATCH])))
