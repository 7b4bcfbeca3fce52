"""The nightly work: roll up what is new, publish each complete week, once and for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.activity import Activity, Touched
from rse.indicators import pauses
from rse.indicators.engine import company, corrections, emerging
from rse.indicators.engine.charts import Board, draw
from rse.indicators.engine.floor import PRIMARY, SHOWN, Before
from rse.indicators.engine.marks import Marks
from rse.indicators.engine.measure import AT_ONCE, Partition, measure, settle
from rse.indicators.engine.models import KEEP_DAYS, ROLLUPS, Horizon
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.statements import Moment
from rse.indicators.engine.windows import Calendar, Windows
from rse.indicators.models import (
    COMPANY,
    Cell,
    CellDepartment,
    CutCell,
    Published,
    PulseWave,
    Signal,
    Visit,
    Week,
    quarter,
)

WEEK = timedelta(days=7)
SUNDAY = 6
LISTENED = 4 * WEEK  # weak signals are looked for in the weeks up to so long ago


@dataclass(frozen=True)
class Job:
    """One run over the company's own tables."""

    session: Session
    activities: Sequence[Activity]
    calendar: Calendar
    floor: int
    unit: Callable[[], AbstractContextManager[Any]] = nullcontext  # one short transaction that writes
    progress: Callable[[date], None] = field(default=lambda _day: None)
    newest: int | None = None  # publish at most so many weeks when none is published yet

    def run(self, until: date) -> list[date]:
        """Roll up every day to `until` and publish the complete weeks. Returns the Sundays published.

        Nothing is done as long as nothing has happened: the history that an import brings is still to come.
        """
        source = company.Features(self.session, self.activities)
        first = source.first()
        if first is None or self.calendar.slot(first) > until:
            return []
        if self._last() is None:  # an import may have brought a past that was not there before
            with self.unit():
                self.session.execute(delete(Horizon))
        people = company.staff(self.session)
        rollup = Rollup(
            self.session, source, people, self.calendar, unit=self.unit, progress=self.progress
        )  # fmt: skip
        published = []
        for sunday in self._sundays(self.calendar.slot(first), until):
            rollup.advance(sunday)
            self._publish(people, sunday, until)
            published.append(sunday)
        rollup.advance(until)
        with self.unit():
            self.session.execute(delete(Visit).where(Visit.day <= until - timedelta(days=KEEP_DAYS)))
        return published

    def _sundays(self, first: date, until: date) -> Iterator[date]:
        """Give the Sundays after the last published one, or from the first event on."""
        last = self._last()
        sunday = first + timedelta(days=SUNDAY - first.weekday()) if last is None else last + WEEK
        resumed = pauses.resumed(self.session).get(pauses.ALL)
        while resumed is not None and sunday - WEEK + pauses.DAY < resumed:
            sunday += WEEK  # weeks with a day on which the figures were switched off are never published
        if last is None and self.newest is not None:
            latest = until - timedelta(days=(until.weekday() - SUNDAY) % 7)
            sunday = max(sunday, latest - (self.newest - 1) * WEEK)
        while sunday <= until:
            yield sunday
            sunday += WEEK

    def _last(self) -> date | None:
        return self.session.scalar(select(func.max(Week.day)))

    def pause(self, today: date) -> bool:
        """Heed the off switch: delete what was counted of those it concerns. Tells whether all is off."""
        names = pauses.unnoted(self.session, today)
        known = pauses.resumed(self.session)
        fresh = [name for name in names if name not in known or known[name] < today]
        if pauses.ALL in names:
            with self.unit():
                pauses.note(self.session, names, today)
                for table in (*ROLLUPS, Visit):
                    self.session.execute(delete(table))
        elif names:
            here = self.session.scalars(select(Person.id).where(Person.site.in_(fresh))).all()
            source = company.Features(self.session, self.activities)
            found = corrections.traces(self.session, source, self.calendar, here)
            with self.unit():
                pauses.note(self.session, names, today)
                _erase(self.session, found, here)
        return pauses.off(self.session)

    def due(self, until: date) -> bool:
        """Tell whether a day up to `until` has not been counted yet."""
        return (self.session.scalar(select(Horizon.day)) or date.min) <= until

    def _publish(self, people: Staff, sunday: date, until: date) -> None:
        windows, heard = Windows(self.calendar, sunday), list[dict[str, Any]]()
        if sunday > until - LISTENED:  # what was new months ago is of no use to anybody
            heard = emerging.find(self.session, people, self.calendar, sunday, self.floor)
        with self.unit():
            partition = company.partition(self.session, people, sunday, self.floor)
            self.session.execute(delete(Published).where(Published.day == sunday))  # of a run that broke off
        declared = company.declared(self.session, self.activities, sunday)
        moment, _ = settle(
            self.session, people, partition, windows, floor=self.floor, declared=declared, unit=self.unit
        )
        rows = self._rows(partition, moment, self._before(partition, sunday))
        for at in range(0, len(rows), AT_ONCE):
            with self.unit():
                self.session.execute(insert(Published), rows[at : at + AT_ONCE])
        with self.unit():  # from now on it is published: pages look at weeks that are listed
            week = {
                "day": sunday,
                "quarter": quarter(sunday),
                "floor": self.floor,
                "published_at": clock.now(),
            }
            self.session.execute(insert(Week).values(week))
            if heard:
                self.session.execute(insert(Signal), heard)

    def _before(self, partition: Partition, sunday: date) -> dict[str, Before]:
        """Give what was published a week ago, by indicator."""
        columns = (Published.code, Published.cell_id, Published.status, Published.figures)
        rows = self.session.execute(select(*columns).where(Published.day == sunday - WEEK)).all()
        status: dict[str, dict[int, str]] = defaultdict(dict)
        figures: dict[str, dict[int, Any]] = defaultdict(dict)
        for row in rows:
            status[row.code][row.cell_id] = row.status
            figures[row.code][row.cell_id] = row.figures
        there = {row.cell_id for row in rows}
        fresh = set(partition.cells) - there if there - {COMPANY} else set[int]()
        return {code: Before(status[code], figures[code], fresh=fresh) for code in status}

    def _rows(
        self, partition: Partition, moment: Moment, before: Mapping[str, Before]
    ) -> list[dict[str, Any]]:
        """Give what may leave the job, and nothing else: no base, no unmasked value."""
        told = [
            (cell, code, figure.status, figure.published)
            for code, cells in measure(self.session, partition, moment, before).items()
            for cell, figure in cells.items()
        ]
        board = Board(self.session, moment, company.names(self.session, partition.cells))
        told += [
            (COMPANY, code, PRIMARY if drawn is None else SHOWN, drawn) for code, drawn in draw(board).items()
        ]
        return [
            {"cell_id": cell, "day": moment.windows.as_of, "code": code, "status": status, "figures": figures}
            for cell, code, status, figures in told
        ]


def heed(session: Session, activities: Sequence[Activity], calendar: Calendar, events: Sequence[Any]) -> None:
    """Mark the days and threads that events of the outbox have changed."""
    source = company.Features(session, activities)
    changes: list[Touched] = []
    for activity in activities:
        for event in events:
            told = activity.touches.get(type(event))
            if told is not None:
                changes += told(session, event)
    corrections.mark(session, source, calendar, changes)


def forget(
    session: Session, activities: Sequence[Activity], calendar: Calendar, people: Sequence[int]
) -> None:
    """Erase people from the roll-ups and their visits; published weeks stay, they are of nobody."""
    source = company.Features(session, activities)
    _erase(session, corrections.traces(session, source, calendar, people), people)


def _erase(session: Session, found: Marks, people: Sequence[int]) -> None:
    corrections.forget(session, found, people)
    for at in range(0, len(people), AT_ONCE):
        session.execute(delete(Visit).where(Visit.person_id.in_(people[at : at + AT_ONCE])))


def reset(session: Session) -> None:
    """Forget everything, published weeks too: for a demo company that makes room for the real one."""
    for table in (*ROLLUPS, Visit, Signal, PulseWave, Published, Week, CutCell, CellDepartment, Cell):
        session.execute(delete(table))
