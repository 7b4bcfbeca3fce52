"""Marks on what is to be counted again: local days and threads, each from the time it is known on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.indicators.engine.models import DirtyDay, DirtyThread
from rse.indicators.engine.windows import micros


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


def known(session: Session, before: datetime | None = None) -> Marks:
    """Give the marks, or those that a roll-up with this E must heed."""
    days, threads = select(DirtyDay.day, DirtyDay.since), select(DirtyThread.root_id, DirtyThread.since)
    if before is not None:
        days = days.where(DirtyDay.since < micros(before))
        threads = threads.where(DirtyThread.since < micros(before))
    return Marks(_pairs(session.execute(days).all()), _pairs(session.execute(threads).all()))


def _pairs(rows: Sequence[Any]) -> set[Any]:
    return {(row[0], row[1]) for row in rows}


def drop(session: Session, marks: Marks) -> None:
    """Delete the marks that were heeded, and no other: one may have come meanwhile."""
    _delete(session, DirtyDay.day, DirtyDay.since, marks.days)
    _delete(session, DirtyThread.root_id, DirtyThread.since, marks.threads)


def _delete(session: Session, what: Any, since: Any, pairs: Iterable[tuple[Any, int]]) -> None:
    for thing, moment in pairs:
        session.execute(delete(what.class_).where(what == thing, since == moment))
