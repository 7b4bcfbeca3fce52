"""Typed events and the outbox: rows and events are stored together, handlers run after, none is lost."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import structlog
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    insert,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from rse.core import clock
from rse.core.feature import Subscriber
from rse.core.model import Base, BigId

log = structlog.get_logger()


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


# Most writes emit: built once, and told to the connection, which spends a third of what the session does.
_STORE = insert(StoredEvent).returning(StoredEvent.id)
_OWE = insert(Delivery)


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


def bus() -> Bus:
    """Give the bus of the process."""
    return _bus


def emit(session: Session, event: Event, *, at: datetime | None = None) -> None:
    """Record an event with the rows of this transaction and run its same-transaction handlers.

    Call it after the object's row is flushed, so that events of an object are stored in their order.
    `at` is kept instead of the present time, where the hour must not be known.
    """
    at = at or clock.now()
    listeners = _bus.outbox(event)
    if listeners:
        values = {"name": event.name, "subject": event.subject, "payload": encode(event), "at": at}
        connection = session.connection()
        owed = {"event_id": connection.scalar(_STORE, values), "subject": event.subject, "not_before": at}
        connection.execute(_OWE, [{**owed, "subscriber": s.name} for s in listeners])
    session.info.setdefault("events", []).append(event)
    for subscriber in _bus.by_mode["same_transaction"].get(event.name, ()):
        subscriber.handle(session, [event])


def emit_all(session: Session, happened: Sequence[Event]) -> None:
    """Record many events as `emit` does each, in two statements: for imports."""
    listened = [(event, _bus.outbox(event)) for event in happened if _bus.outbox(event)]
    if listened:
        now = clock.now()
        values = [
            {"name": event.name, "subject": event.subject, "payload": encode(event), "at": now}
            for event, _listeners in listened
        ]
        stored = insert(StoredEvent).returning(StoredEvent.id, sort_by_parameter_order=True)
        ids = session.scalars(stored, values).all()
        owed = [
            {"event_id": event_id, "subject": event.subject, "not_before": now, "subscriber": listener.name}
            for event_id, (event, listeners) in zip(ids, listened, strict=True)
            for listener in listeners
        ]
        session.execute(insert(Delivery), owed)
    session.info.setdefault("events", []).extend(happened)
    by_name: defaultdict[str, list[Event]] = defaultdict(list)
    for event in happened:
        by_name[event.name].append(event)
    for name, events in by_name.items():
        for subscriber in _bus.by_mode["same_transaction"].get(name, ()):
            subscriber.handle(session, events)


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


def begin_write(session: Session) -> None:
    """Begin a transaction that will write: on SQLite it takes the writer's lock at once."""
    if not session.in_transaction():
        session.connection(execution_options={"rse_write": True})
