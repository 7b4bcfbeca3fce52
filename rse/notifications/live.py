"""Counts on open pages: each process looks what has changed for those who are connected to it.

The worker writes notifications; a second later at most the sockets here are told. What somebody reads in one
tab the others are told at once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from rse.core import clock, db, live
from rse.core.audience import person_token
from rse.core.feature import Subscriber
from rse.core.model import encode_id
from rse.notifications import queries
from rse.notifications.events import NotificationsRead

CHUNK = 500
AGAIN = timedelta(seconds=5)  # a transaction that was long may end after a later one


class Watch:
    """What the sockets of this process have been told."""

    def __init__(self) -> None:
        self.told: dict[int, tuple[int, int]] = {}
        self.change: Any = None

    def look(self, people: set[int]) -> None:
        """Tell the connected whose count has changed; one small query when nothing has."""
        session: Session = db.db.session()
        change = queries.last_change(session)
        fresh = people - self.told.keys()
        quiet = change == self.change and (change is None or clock.now() - change > AGAIN)
        for gone in self.told.keys() - people:
            del self.told[gone]
        wanted = sorted(fresh if quiet else people)
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            found = queries.counts_of(session, part)
            for person_id in part:
                self._tell(person_id, found.get(person_id, (0, 0)))
        self.change = change
        db.rollback()

    def _tell(self, person_id: int, now: tuple[int, int]) -> None:
        before = self.told.get(person_id)
        self.told[person_id] = now
        room, counts = person_token(person_id), {"notifications": now[0]}
        if before is not None and now[1] > before[1]:
            live.send("notification:new", {"id": encode_id(now[1]), "counts": counts}, room)
        elif before != now:
            live.send("counts", counts, room)


watch = Watch()


def tell(session: Session, events: Sequence[NotificationsRead]) -> None:
    """Tell somebody's other tabs at once what they have read in one."""
    for event in events:
        unread = queries.unread_of(session, event.person_id)
        live.send("counts", {"notifications": unread}, person_token(event.person_id))


def register() -> None:
    """Look at each round of the sockets."""
    watch.told.clear()
    live.each_round[:] = [*(one for one in live.each_round if one != watch.look), watch.look]


SUBSCRIBERS = (Subscriber("notifications.live", (NotificationsRead,), tell, mode="live"),)
