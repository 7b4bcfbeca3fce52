"""The relay: hands what the outbox owes to its subscribers, in order per object, again until it is done."""

from __future__ import annotations

import threading
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from rse.core import clock, retention
from rse.core.events import Delivery, Event, StoredEvent, begin_write, bus, decode
from rse.core.feature import Subscriber

log = structlog.get_logger()
MAX_ATTEMPTS = 8
BACKOFF = timedelta(seconds=2)  # doubled at each failure

_serving: dict[str, threading.Lock] = defaultdict(threading.Lock)


def relay(session: Session, *, now: datetime | None = None) -> int:
    """Hand undone deliveries to their subscribers, each subscriber's batch in its own transaction.

    Order per (subscriber, object) holds: a delivery waits while an older one of its pair is undone.
    Returns how many were handled. A failure puts the batch back one by one with back-off, and ends in
    the dead letters.
    """
    done = 0
    now = now or clock.now()
    names = session.scalars(select(Delivery.subscriber).where(~Delivery.dead).distinct()).all()
    session.rollback()
    for name in names:
        subscriber = bus().by_name.get(name)
        if subscriber is None or not _serving[name].acquire(blocking=False):
            continue  # unknown to this version, or another thread is at it
        try:
            done += _relay_one(session, subscriber, now)
        finally:
            _serving[name].release()
    return done


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    subject: str
    event: Event


def _due(session: Session, name: str, limit: int, now: datetime) -> list[_Due]:
    """Read the deliveries of a subscriber that are due and not held back by an older failure."""
    older = aliased(Delivery)
    held = exists().where(
        and_(
            older.subscriber == Delivery.subscriber,
            older.subject == Delivery.subject,
            older.id < Delivery.id,
            older.not_before > now,
            ~older.dead,
        ),
    )
    query = (
        select(Delivery.id, Delivery.subject, StoredEvent.name, StoredEvent.payload)
        .join(StoredEvent, StoredEvent.id == Delivery.event_id)
        .where(Delivery.subscriber == name, ~Delivery.dead, Delivery.not_before <= now, ~held)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return [_Due(row[0], row[1], decode(row[2], row[3])) for row in session.execute(query)]


def _alone(session: Session, subscriber: Subscriber) -> bool:
    """Begin a transaction in which no other worker serves this subscriber; False when one does already."""
    if subscriber.writes:
        begin_write(session)
    if session.get_bind().dialect.name != "postgresql":
        return True
    key = zlib.crc32(f"rse.delivery.{subscriber.name}".encode())
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


def _relay_one(session: Session, subscriber: Subscriber, now: datetime) -> int:
    if not _alone(session, subscriber):
        session.rollback()
        return 0
    rows = _due(session, subscriber.name, subscriber.batch, now)
    if not rows:
        session.rollback()
        return 0
    if _attempt(session, subscriber, rows, now):
        return len(rows)
    if len(rows) == 1:
        return 0
    return _one_by_one(session, subscriber, rows, now)


def _one_by_one(session: Session, subscriber: Subscriber, rows: list[_Due], now: datetime) -> int:
    """After a batch failed, find the delivery at fault; what follows it on the same object waits."""
    done, held = 0, set()
    for row in rows:
        if row.subject in held or not _alone(session, subscriber):
            session.rollback()
        elif _attempt(session, subscriber, [row], now):
            done += 1
        else:
            held.add(row.subject)
    return done


def _attempt(session: Session, subscriber: Subscriber, rows: list[_Due], now: datetime) -> bool:
    """Run one batch and commit; on failure roll back, and note it when the batch is a single delivery."""
    ids = [row.id for row in rows]
    try:
        subscriber.handle(session, [row.event for row in rows])
        if not subscriber.writes:
            session.rollback()  # what it read is done with; only the note below is a write
        begin_write(session)
        session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
        session.commit()
    except Exception as error:
        session.rollback()
        if len(rows) == 1:
            _note_failure(session, ids[0], f"{type(error).__name__}: {error}", now)
        return False
    return True


def _note_failure(session: Session, delivery_id: int, error: str, now: datetime) -> None:
    begin_write(session)
    attempts = (session.scalar(select(Delivery.attempts).where(Delivery.id == delivery_id)) or 0) + 1
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(
            attempts=attempts,
            error=error[:2000],
            not_before=now + BACKOFF * 2**attempts,
            dead=attempts >= MAX_ATTEMPTS,
        ),
    )
    session.commit()
    log.error("delivery failed", delivery=delivery_id, attempts=attempts, error=error[:200])


def dead_letters(session: Session, limit: int = 200) -> Sequence[tuple[Delivery, str, datetime]]:
    """Give the deliveries that were given up, the oldest first, with the event's name and time."""
    query = select(Delivery, StoredEvent.name, StoredEvent.at).where(Delivery.dead)
    query = query.join(StoredEvent, StoredEvent.id == Delivery.event_id).order_by(Delivery.id).limit(limit)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def retry(session: Session, delivery_id: int | None = None) -> int:
    """Let a delivery that was given up be tried again, or all of them. Returns how many; flushes."""
    given_up = [Delivery.dead] if delivery_id is None else [Delivery.dead, Delivery.id == delivery_id]
    values = {"dead": False, "attempts": 0, "not_before": clock.now()}
    changed = session.execute(update(Delivery).where(*given_up).values(**values))
    return int(getattr(changed, "rowcount", 0))


def discard(session: Session, delivery_id: int) -> bool:
    """Forget a delivery that was given up. Returns whether there was one."""
    gone = session.execute(delete(Delivery).where(Delivery.dead, Delivery.id == delivery_id))
    return bool(getattr(gone, "rowcount", 0))


def failing(session: Session) -> int:
    """Count the deliveries that wait after a failure."""
    return session.query(Delivery).filter(~Delivery.dead, Delivery.attempts > 0).count()


def purge(session: Session, before: datetime, most: int) -> int:
    """Delete old events that are owed to nobody, about `most` of them, and say how many."""
    owed = exists().where(Delivery.event_id == StoredEvent.id)
    return retention.older(session, StoredEvent.at, before, most, ~owed)


def backlog(session: Session) -> tuple[int, int]:
    """Count deliveries that wait, and dead ones."""
    waiting = select(func.count()).select_from(Delivery).where(~Delivery.dead).scalar_subquery()
    dead = select(func.count()).select_from(Delivery).where(Delivery.dead).scalar_subquery()
    found = session.execute(select(waiting, dead)).one()
    return found[0], found[1]
