"""From the roll-ups to what may be told on an as-of day: figures, floor, masks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from rse.indicators.engine.floor import SHOWN, Before, suppress
from rse.indicators.engine.formulas import INDICATORS
from rse.indicators.engine.models import Holder, Opinion, Place, Population
from rse.indicators.engine.rollup import tag_key
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.statements import Cell, Figures, Indicator, Moment
from rse.indicators.engine.windows import Windows
from rse.indicators.models import COMPANY, NOWHERE


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one cell. Only `status` and `published` may leave the job."""

    status: str
    base: int
    internal: Figures
    published: Figures | None


@dataclass(frozen=True)
class Partition:
    """The one partition of a published day: all its cells, and the cell of each team."""

    cells: Collection[int]
    cell_of: Mapping[int, int]

    def cell(self, team: int | None) -> int:
        """Give the cell of a team, NOWHERE without one."""
        return NOWHERE if team is None else self.cell_of.get(team, NOWHERE)


@dataclass(frozen=True)
class Declared:
    """What is known beside events: declared skills of a day, and the latest wave of the pulse."""

    skills: Iterable[tuple[int, str]] = ()  # (person, tag)
    wave: date | None = None
    answers: Iterable[tuple[int | None, str]] = field(default=())  # (team, answer)


PULSE_DAYS = 180
AT_ONCE = 5000  # rows of a transaction
NEW_DAYS, FIRST_DAYS = 90, 28  # a newcomer's first four weeks ended in the last 90 days


def settle(
    session: Session,
    staff: Staff,
    partition: Partition,
    windows: Windows,
    *,
    floor: int,
    declared: Declared | None = None,
    unit: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> tuple[Moment, int]:
    """Write who is employed on the day, in which cell, and what they declared. Returns also the headcount.

    Nobody but the job reads these rows, so they go in parts, each in a `unit` of its own.
    """
    told = declared or Declared()
    there = dict(staff.present(windows.as_of))
    people = [_present(staff, partition, windows, *one) for one in there.items()]
    places = [{"team_id": team, "cell_id": cell} for team, cell in partition.cell_of.items()]
    held = {(person, tag_key(tag)) for person, tag in told.skills if person in there}
    holders = [{"person_id": person, "tag": tag} for person, tag in sorted(held) if tag]
    opinions = [
        {"answer_id": n, "cell_id": partition.cell(team), "answer": answer}
        for n, (team, answer) in enumerate(told.answers, 1)
    ]
    for table, rows in ((Population, people), (Place, places), (Holder, holders), (Opinion, opinions)):
        with unit():
            session.execute(delete(table))
        for at in range(0, len(rows), AT_ONCE):
            with unit():
                session.execute(insert(table), rows[at : at + AT_ONCE])
    asked = sum(1 for _ in staff.present(told.wave)) if told.wave else 0
    return Moment(windows, floor, asked), len(people)


def _present(
    staff: Staff, partition: Partition, windows: Windows, person: int, team: int | None
) -> dict[str, Any]:
    engagement = staff.people[person]
    since = engagement.start
    until = None if since is None or since > windows.as_of else since + timedelta(days=FIRST_DAYS - 1)
    new = until is not None and windows.first_day(NEW_DAYS) <= until <= windows.as_of
    return {
        "person_id": person,
        "cell_id": partition.cell(team),
        "leader": engagement.leader,
        "new_from": since if new else None,
        "new_until": until if new else None,
    }


def measure(
    session: Session, partition: Partition, moment: Moment, before: Mapping[str, Before] | None = None
) -> dict[str, dict[int, Figure]]:
    """Compute every indicator for the company and each cell, from what `settle` and the roll-ups wrote.

    `before` holds what was published a week ago, by indicator: then two weeks are looked at together.
    """
    past = before or {}
    return {one.code: _one(session, one, partition, moment, past.get(one.code)) for one in INDICATORS}


def _one(
    session: Session, indicator: Indicator, partition: Partition, moment: Moment, before: Before | None
) -> dict[int, Figure]:
    rows = indicator.rows(session, moment)
    bases: dict[int, set[int]] = defaultdict(set)
    for pair in session.execute(indicator.bases(moment)):
        bases[pair.cell].add(pair.person)
    cells = [COMPANY, *(sorted(partition.cells) if indicator.teams else ())]
    everyone = [*cells, NOWHERE] if indicator.teams else cells
    known = {n: Cell(rows.get(n, {}), len(bases[n]), n == COMPANY, moment) for n in cells}
    internal = {n: indicator.internal(cell) for n, cell in known.items()}
    figures = {n: indicator.published(cell, internal[n]) for n, cell in known.items()}
    past = None if before is None else replace(before, now=figures)
    status = suppress({cell: bases[cell] for cell in everyone}, moment.floor, past)
    return {
        n: Figure(status[n], known[n].base, internal[n], figures[n] if status[n] == SHOWN else None)
        for n in cells
    }
