"""Previews on open pages: the process that took a message looks for a while whether the worker has found one.

The worker has no sockets: it writes an event into the log. Without a message that waits nothing is asked; a
page that misses the telling finds the event when it catches up.
"""

import time
from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rse.chat import live as chat
from rse.chat.events import LinkWritten, MessageEdited
from rse.chat.models import ConversationEvent
from rse.core import clock, db, live
from rse.core.feature import Subscriber

PATIENCE = 30.0  # seconds: a page that is read takes eight at most, the worker's queue comes before
MOST = 200  # that are waited for; more find theirs when they catch up


class Watch:
    """The messages of this process whose link is being read."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[LinkWritten, float]] = {}

    def note(self, _session: Session, events: Sequence[LinkWritten]) -> None:
        """Wait for the previews of these."""
        for event in events:
            if len(self.waiting) < MOST:
                self.waiting[event.message_id] = (event, time.monotonic() + PATIENCE)

    def look(self, _people: set[int]) -> None:
        """Tell of the messages that show their link now; no query while none waits."""
        now = time.monotonic()
        self.waiting = {i: one for i, one in self.waiting.items() if one[1] > now}
        if not self.waiting:
            return
        session: Session = db.db.session()
        for found in self._found(session):
            chat.deliver(session, [found])
        db.rollback()

    def _found(self, session: Session) -> list[MessageEdited]:
        after: dict[int, int] = {}
        for event, _until in self.waiting.values():
            after[event.conversation_id] = min(event.pos, after.get(event.conversation_id, event.pos))
        made = ConversationEvent
        later = [and_(made.conversation_id == place, made.pos > pos) for place, pos in after.items()]
        query = select(made.conversation_id, made.pos, made.payload).where(
            or_(*later), made.kind == "message:edited"
        )
        told = []
        for row in session.execute(query.order_by(made.conversation_id, made.pos)):
            message_id = row.payload["message_id"]
            if row.payload.get("linked") and self.waiting.pop(message_id, None):
                told.append(MessageEdited(row.conversation_id, message_id, row.pos, clock.now()))
        return told


watch = Watch()
SUBSCRIBER = Subscriber("chat.await_links", (LinkWritten,), watch.note, mode="live")


def register() -> None:
    """Look at each round of the sockets."""
    watch.waiting.clear()
    live.each_round[:] = [*(one for one in live.each_round if one != watch.look), watch.look]
