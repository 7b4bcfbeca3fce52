"""Typed events and the outbox: rows and events are stored together, handlers run after, none is lost."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from rse.core import clock
from rse.core.feature import Subscriber
from rse.core.model import Base, BigId

log = structlog.get_logger()
MAX_ATTEMPTS = 8
BACKOFF = timedelta(seconds=2)  # doubled at each failure
BATCH = 200


@dataclass(frozen=True)
class Event:
    """Something that has happened. Subclasses are named in the past tense and hold JSON values only."""

    name: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls) -> None:
        cls.name = f"{cls.__module__.split('.')[1]}.{cls.__name__}"
        Event.kinds[cls.name] = cls

    @property
    def subject(self) -> str:
        """Name the object whose events must be handled in order; by default the first field's value."""
        first = dataclasses.fields(self)[0]
        return f"{first.name}:{getattr(self, first.name)}"


class StoredEvent(Base):
    """An event as stored: its type's name, its values, and the object that orders it."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80))
    payload: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Base):
    """One event owed to one subscriber; the row goes when it is done, and stays when it is given up."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "dead", "subscriber", "id"),
        Index("ix_delivery_order", "subscriber", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id", ondelete="CASCADE"), index=True)
    subscriber: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(Text)
    dead: Mapped[bool] = mapped_column(default=False)


class Bus:
    """Who listens to what in this application."""

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self.by_mode: dict[str, dict[str, list[Subscriber]]] = {
            mode: defaultdict(list) for mode in ("same_transaction", "outbox", "live")
        }
        self.by_name: dict[str, Subscriber] = {}
        for subscriber in subscribers:
            if subscriber.name in self.by_name:
                raise ValueError(f"two subscribers are named {subscriber.name}")
            self.by_name[subscriber.name] = subscriber
            for kind in subscriber.events:
                self.by_mode[subscriber.mode][kind.name].append(subscriber)

    def outbox(self, event: Event) -> list[Subscriber]:
        """Give the subscribers that get this event from the outbox."""
        return self.by_mode["outbox"].get(event.name, [])


_bus = Bus(())


def install(bus: Bus) -> None:
    """Make this the bus of the process; there is one application in a process."""
    global _bus  # noqa: PLW0603 - the registry is fixed at start, services must not carry it around
    _bus = bus


def emit(session: Session, event: Event) -> None:
    """Record an event with the rows of this transaction and run its same-transaction handlers.

    Call it after the object's row is flushed, so that events of an object are stored in their order.
    """
    listeners = _bus.outbox(event)
    if listeners:
        values = {"name": event.name, "subject": event.subject, "payload": encode(event), "at": clock.now()}
        event_id = session.execute(insert(StoredEvent).returning(StoredEvent.id), values).scalar_one()
        owed = {"event_id": event_id, "subject": event.subject, "not_before": clock.now()}
        session.execute(insert(Delivery), [{**owed, "subscriber": s.name} for s in listeners])
    session.info.setdefault("events", []).append(event)
    for subscriber in _bus.by_mode["same_transaction"].get(event.name, ()):
        subscriber.handle(session, [event])


def take_live(session: Session) -> list[Event]:
    """Take the events of the transaction just ended; called by core.db after commit and rollback."""
    events: list[Event] = session.info.pop("events", [])
    return events


def deliver_live(session: Session, events: Sequence[Event]) -> None:
    """Run the live handlers, best effort: what fails here is fetched by the clients later."""
    for event in events:
        for subscriber in _bus.by_mode["live"].get(event.name, ()):
            try:
                subscriber.handle(session, [event])
            except Exception:
                log.exception("live delivery failed", subscriber=subscriber.name)


def encode(event: Event) -> str:
    """Write an event's values as JSON."""
    return json.dumps(dataclasses.asdict(event), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"an event holds a {type(value).__name__}")


def decode(name: str, payload: str) -> Event:
    """Read a stored event. Raises KeyError for a type that is no longer known."""
    cls = Event.kinds[name]
    values = json.loads(payload)
    for field in dataclasses.fields(cls):
        value = values.get(field.name)
        if isinstance(value, list):
            values[field.name] = tuple(value)
        elif isinstance(value, str) and "datetime" in str(field.type):
            values[field.name] = datetime.fromisoformat(value)
    return cls(**values)


def relay(session: Session, *, limit: int = BATCH, now: datetime | None = None) -> int:
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
        subscriber = _bus.by_name.get(name)
        if subscriber is not None:
            done += _relay_one(session, subscriber, limit, now)
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


def _alone(session: Session, name: str) -> bool:
    """Begin a transaction in which no other worker serves this subscriber; False when one does already."""
    begin_write(session)
    if session.get_bind().dialect.name != "postgresql":
        return True
    key = zlib.crc32(f"rse.delivery.{name}".encode())
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


def _relay_one(session: Session, subscriber: Subscriber, limit: int, now: datetime) -> int:
    if not _alone(session, subscriber.name):
        session.rollback()
        return 0
    rows = _due(session, subscriber.name, limit, now)
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
        if row.subject in held or not _alone(session, subscriber.name):
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


def begin_write(session: Session) -> None:
    """Begin a transaction that will write: on SQLite it takes the writer's lock at once."""
    if not session.in_transaction():
        session.connection(execution_options={"rse_write": True})


def purge(session: Session, before: datetime) -> None:
    """Delete old events that are owed to nobody."""
    owed = exists().where(Delivery.event_id == StoredEvent.id)
    session.execute(delete(StoredEvent).where(StoredEvent.at < before, ~owed))


def backlog(session: Session) -> tuple[int, int]:
    """Count deliveries that wait, and dead ones."""
    waiting = session.query(Delivery).filter(~Delivery.dead).count()
    return waiting, session.query(Delivery).filter(Delivery.dead).count()
