"""Nothing acknowledged is lost: the outbox keeps order per object, tries again, gives up visibly, runs twice safely."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from rse.core import clock, db, events, jobs, outbox
from rse.core.events import Delivery, Event, StoredEvent, emit
from rse.core.feature import Subscriber


@dataclass(frozen=True)
class Painted(Event):
    wall_id: int
    colour: str


class Listener:
    """Remembers what it was given, and fails while told to."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        self.fails: Callable[[Painted], bool] = lambda event: False

    def __call__(self, _session: Any, batch: list[Painted]) -> None:
        for event in batch:
            if self.fails(event):
                raise RuntimeError(f"cannot paint {event.wall_id}")
        self.seen += [(e.wall_id, e.colour) for e in batch]


@pytest.fixture
def listener(any_app: Flask) -> Iterator[Listener]:
    before, listener = events.bus(), Listener()
    events.install(events.Bus([Subscriber("test.listener", (Painted,), listener)]))
    yield listener
    events.install(before)


def paint(*walls: tuple[int, str]) -> None:
    session = db.begin_write()
    for wall, colour in walls:
        emit(session, Painted(wall, colour))
    db.commit()


def later(seconds: float) -> int:
    return outbox.relay(db.db.session(), now=clock.now() + timedelta(seconds=seconds))


def test_a_rolled_back_transaction_leaves_no_event(listener: Listener) -> None:
    emit(db.begin_write(), Painted(1, "red"))
    db.rollback()
    assert jobs.drain() == 0
    assert listener.seen == []


def test_committed_events_are_handled_once_in_their_order(listener: Listener) -> None:
    paint((1, "red"), (2, "blue"), (1, "green"))
    assert jobs.drain() == 3
    assert listener.seen == [(1, "red"), (2, "blue"), (1, "green")]
    assert jobs.drain() == 0


def test_a_failure_holds_back_only_its_object(listener: Listener) -> None:
    listener.fails = lambda event: event.wall_id == 1
    paint((1, "red"), (2, "blue"), (1, "green"), (3, "grey"))
    jobs.drain()
    assert listener.seen == [(2, "blue"), (3, "grey")]
    listener.fails = lambda event: False
    later(60)
    assert listener.seen == [(2, "blue"), (3, "grey"), (1, "red"), (1, "green")]


def test_back_off_grows_and_ends_in_a_dead_letter_that_is_seen(listener: Listener) -> None:
    listener.fails = lambda event: True
    paint((1, "red"))
    moments = [0.0]
    for _ in range(outbox.MAX_ATTEMPTS):
        later(moments[-1])
        moments.append(moments[-1] + 10_000)
    session = db.db.session()
    row = session.query(Delivery).one()
    assert (row.dead, row.attempts) == (True, outbox.MAX_ATTEMPTS)
    assert "cannot paint 1" in (row.error or "")
    assert outbox.backlog(session) == (0, 1)
    listener.fails = lambda event: False
    paint((1, "green"))
    jobs.drain()
    assert listener.seen == [(1, "green")], "a dead letter must not block its object for ever"


def test_a_crash_between_handling_and_noting_runs_it_again(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint((1, "red"))
    session = db.db.session()
    commit = session.commit
    monkeypatch.setattr(session, "commit", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        outbox.relay(session)
    monkeypatch.setattr(session, "commit", commit)
    session.rollback()
    jobs.drain()
    assert listener.seen == [(1, "red"), (1, "red")]


def test_old_events_that_are_owed_to_nobody_are_forgotten(listener: Listener) -> None:
    paint((1, "red"))
    listener.fails = lambda event: True
    paint((2, "blue"))
    jobs.drain()
    session = db.begin_write()
    outbox.purge(session, clock.now() + timedelta(days=1), 500)
    session.commit()
    assert session.query(StoredEvent).count() == 2  # both failed as one batch, then one by one: both are owed


def test_events_hold_times_and_tuples_through_storage() -> None:
    from rse.feed.events import ThreadsImported

    at = clock.now()
    event = ThreadsImported("b1", (1, 2), (), at, at)
    assert events.decode(event.name, events.encode(event)) == event


def test_a_handler_that_only_reads_does_not_keep_writers_waiting(any_app: Flask) -> None:
    """While the index is written, people go on posting (on SQLite there is one writer at a time)."""
    import threading

    before, written = events.bus(), []

    def write_elsewhere() -> None:
        with any_app.app_context():
            jobs.beat("other")
            written.append(True)

    def index(_session: Any, _batch: list[Painted]) -> None:
        thread = threading.Thread(target=write_elsewhere)
        thread.start()
        thread.join(5)

    events.install(events.Bus([Subscriber("test.index", (Painted,), index, writes=False)]))
    try:
        paint((1, "red"))
        assert jobs.drain() == 1
    finally:
        events.install(before)
    assert written == [True]


def test_a_commit_after_draining_is_of_its_own_writes(any_app: Flask) -> None:
    """What one subscriber emits, and what another one reads and leaves, is nothing that the caller has lost."""

    def split(session: Any, batch: list[Painted]) -> None:
        for one in batch:
            if one.wall_id == 1:
                emit(session, Painted(2, one.colour))

    before = events.bus()
    subscribers = [
        Subscriber("test.a", (Painted,), split),
        Subscriber("test.b", (Painted,), lambda _session, _batch: None, writes=False),
    ]
    events.install(events.Bus(subscribers))
    try:
        with any_app.app_context():
            emit(db.begin_write(), Painted(1, "red"))
            db.commit()
            assert jobs.drain() == 4
            emit(db.begin_write(), Painted(3, "blue"))
            db.commit()
            assert jobs.drain() == 2
    finally:
        events.install(before)
