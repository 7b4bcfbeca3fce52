"""What the indicators learn of live discussion: that somebody was there, nothing else."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.chat.models import Message
from rse.core.activity import Activity, ActivityEvent


def events(session: Session, start: datetime, end: datetime) -> Iterable[ActivityEvent]:
    """Give one `visit` for each message of [start, end): its author, its time; not to whom, not what."""
    query = select(Message.id, Message.at, Message.author_id).where(Message.at >= start, Message.at < end)
    for row in session.execute(query):
        yield ActivityEvent(f"message:{row.id}", row.at, "visit", row.author_id)


def first(session: Session) -> datetime | None:
    """Give the time of the oldest message."""
    return session.scalar(select(func.min(Message.at)))


ACTIVITY = Activity("chat", events, first=first)
