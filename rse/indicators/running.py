"""The job on the running application: its database, its features, one process at a time."""

import fcntl
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.activity import Activity
from rse.core.events import emit
from rse.core.web import registry, settings
from rse.indicators import indicators, pauses, pulse
from rse.indicators.engine import job
from rse.indicators.engine.windows import Calendar
from rse.indicators.events import PersonErased
from rse.indicators.models import Visit

LOCK = 0x696E6469  # of PostgreSQL: "indi"


class Busy(Exception):
    """Another process is rolling up."""


def activities() -> list[Activity]:
    """Give what every feature declares, and the visits."""
    return [*registry().all("activity"), indicators.activity(settings().timezone), indicators.pulse]


def calendar() -> Calendar:
    """Give the organisation's calendar."""
    return Calendar(ZoneInfo(settings().timezone))


@contextmanager
def unit() -> Iterator[None]:
    """Write in a short transaction of its own, so that the pages' writers wait for moments only."""
    session = db.db.session()
    session.rollback()
    db.begin_write()
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time roll up. Raises Busy."""
    if db.db.engine.dialect.name == "postgresql":
        with db.db.engine.connect() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK}):
                raise Busy
            yield
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
        return
    with (settings().data_dir / "indicators.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield


@contextmanager
def _quiet_heap() -> Iterator[None]:
    """Keep what was there before from the collector of garbage: a night makes millions of small objects."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _job(progress: Callable[[date], None], newest: int | None) -> job.Job:
    session: Session = db.db.session()
    return job.Job(session, activities(), calendar(), settings().floor, unit, progress, newest)


def _yesterday() -> date:
    return clock.today(settings().timezone) - timedelta(days=1)


def rollup(
    until: date | None = None,
    progress: Callable[[date], None] = lambda _day: None,
    newest: int | None = None,
) -> list[date]:
    """Bring the figures to a day, yesterday at the latest. Returns the Sundays published. Raises Busy.

    `newest` limits how many weeks are published when there is none yet. Switched off, nothing is counted.
    """
    with alone(), _quiet_heap():
        made = _job(progress, newest)
        if made.pause(_yesterday() + pauses.DAY):
            return []
        return made.run(min(until or _yesterday(), _yesterday()))


def catch_up() -> None:
    """Bring the figures to yesterday, when they are not there yet."""
    session: Session = db.db.session()
    paused = pauses.unnoted(session, _yesterday() + pauses.DAY)
    due = not pauses.off(session) and _job(lambda _day: None, None).due(_yesterday())
    if paused or due:
        rollup()


def ask() -> None:
    """Begin a wave of the pulse where one is due."""
    session: Session = db.db.session()
    today = clock.today(settings().timezone)
    if pulse.due(session, today):
        with unit():
            pulse.begin(session, today, settings().floor)


def heed(session: Session, events: Sequence[Any]) -> None:
    """Mark what late events, edits and deletions have changed (a subscriber of the outbox)."""
    if not pauses.off(session):
        job.heed(session, activities(), calendar(), events)


def erase(session: Session, person_id: int) -> None:
    """Erase a person's visits, and tell the worker to forget what was counted of them. Emits PersonErased.

    A request may not read the daily counts; answers of the pulse are nobody's.
    """
    pulse.forget(session, person_id)
    session.execute(delete(Visit).where(Visit.person_id == person_id))
    emit(session, PersonErased(person_id))


def forget(session: Session, events: Sequence[PersonErased]) -> None:
    """Take who was erased out of the daily counts (a subscriber of the outbox)."""
    job.forget(session, activities(), calendar(), [event.person_id for event in events])
