"""What is due by a channel: leased for a while so that nobody else sends it, then settled.

A run that is killed is made up for when its lease has ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.audience import Viewer
from rse.notifications import queries, service
from rse.notifications.delivering import kinds
from rse.notifications.models import Notification
from rse.notifications.queries import COLUMNS, Item, noted
from rse.notifications.wishes import Wishes

AT_ONCE = 50  # people in one transaction
ROWS = 8 * AT_ONCE  # that they are looked for in: a digest has several for each
LEASE = timedelta(minutes=15)
MOST_ITEMS = 200  # of one person at once
Due = Mapping[int, Sequence[int]]
COLUMN = {"mail": Notification.mail_at, "push": Notification.push_at}


def lease(channel: str) -> Due:
    """Take what is due of a few people, {person: notifications}. Commits."""
    session, now, when = db.begin_write(), clock.now(), COLUMN[channel]
    waiting = select(Notification.id, Notification.person_id).where(when <= now)
    waiting = waiting.order_by(when).limit(ROWS)
    if session.get_bind().dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    people = list(dict.fromkeys(row.person_id for row in session.execute(waiting)))[:AT_ONCE]
    if not people:
        db.rollback()
        return {}
    theirs = (Notification.person_id.in_(people), when <= now)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in session.execute(select(Notification.id, Notification.person_id).where(*theirs)):
        found[row.person_id].append(row.id)
    _set(session, channel, [i for of_one in found.values() for i in of_one], now + LEASE)
    db.commit()
    return found


def _set(session: Session, channel: str, ids: Sequence[int], again: datetime | None, **values: Any) -> None:
    when = COLUMN[channel]
    for start in range(0, len(ids), 500):
        part = Notification.id.in_(ids[start : start + 500])
        changed = update(Notification).where(part, when.is_not(None)).values({when.key: again, **values})
        session.execute(changed.execution_options(synchronize_session=False))


def settle(channel: str, ids: Sequence[int], again: datetime | None = None, **values: Any) -> None:
    """End what was leased, or have it tried `again`. Commits."""
    db.rollback()
    _set(db.begin_write(), channel, ids, again, **values)
    db.commit()


def unread(session: Session, viewer: Viewer, wishes: Wishes, ids: Sequence[int], channel: str) -> list[Item]:
    """Give what may go by a channel now: not read, wanted, of no muted thread, and theirs to read."""
    known = kinds()
    query = select(*COLUMNS).where(Notification.id.in_(ids[:MOST_ITEMS]), Notification.read_at.is_(None))
    rows = [noted(row) for row in session.execute(query)]
    rows = [r for r in rows if r.kind in known and wishes.on(known[r.kind], channel, r.group_id)]
    muted = service.muted_of(session, viewer.id, {r.thread for r in rows})
    return queries.items(session, viewer, known, [r for r in rows if r.thread not in muted])
