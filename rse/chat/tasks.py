"""Night work of live discussion."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rse.chat.models import ConversationEvent
from rse.core import clock, db, jobs

KEEP_EVENTS = timedelta(days=7)


@jobs.schedule("43 3 * * *")
def forget_events() -> None:
    """Forget what happened more than seven days ago: who was away longer starts anew from the messages."""
    session = db.begin_write()
    purge(session)
    session.commit()


def purge(session: Session) -> None:
    """Delete the old events."""
    before = clock.now() - KEEP_EVENTS
    session.execute(delete(ConversationEvent).where(ConversationEvent.at < before))
