"""Marks on what is to be counted again: local days and threads, each from the time it is known on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.indicators.engine.models import DirtyDay, DirtyThread
from rse.indicators.engine.windows import micros

TAKEN = -(1 << 62)  # `since` of what a roll-up is heeding: before any instant


@dataclass
class Marks:
    """Pairs of (day, since) and (thread, since); `since` in microseconds."""

    days: set[tuple[date, int]] = field(default_factory=set)
    threads: set[tuple[int, int]] = field(default_factory=set)


def store(session: Session, marks: Marks) -> None:
    """Add marks to those that are there."""
    present = known(session)
    days = [{"day": day, "since": since} for day, since in sorted(marks.days - present.days)]
    threads = [{"root_id": root, "since": since} for root, since in sorted(marks.threads - present.threads)]
    if days:
        session.execute(insert(DirtyDay), days)
    if threads:
        session.execute(insert(DirtyThread), threads)


def known(session: Session) -> Marks:
    """Give the marks that are there."""
    days = session.execute(select(DirtyDay.day, DirtyDay.since)).all()
    threads = session.execute(select(DirtyThread.root_id, DirtyThread.since)).all()
    return Marks({(row.day, row.since) for row in days}, {(row.root_id, row.since) for row in threads})


def take(session: Session, before: datetime) -> Marks:
    """Give the marks that a roll-up with this E must heed, and hold them under TAKEN until they are heeded.

    So a mark that comes again while days are being counted is a new one, and is there for the next roll-up.
    What was held by a roll-up that did not end is taken again.
    """
    taken = Marks(
        {(day, TAKEN) for day in _out(session, DirtyDay.day, DirtyDay.since, before)},
        {(root, TAKEN) for root in _out(session, DirtyThread.root_id, DirtyThread.since, before)},
    )
    store(session, taken)
    return taken


def _out(session: Session, what: Any, since: Any, before: datetime) -> Iterable[Any]:
    known_by_then = delete(what.class_).where(since < micros(before)).returning(what)
    return session.scalars(known_by_then.execution_options(synchronize_session=False)).all()


def heeded(session: Session) -> None:
    """Delete the marks that were taken."""
    for table in (DirtyDay, DirtyThread):
        session.execute(delete(table).where(table.since == TAKEN))
