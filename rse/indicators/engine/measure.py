"""From the roll-ups to what may be told on an as-of day: figures, floor, masks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, select
from sqlalchemy.orm import Session

from rse.core.model import Base
from rse.indicators.engine.floor import SHOWN, Before, suppress
from rse.indicators.engine.formulas import INDICATORS
from rse.indicators.engine.models import (
    CONTRIBUTOR,
    REACTING,
    REACTOR,
    READER,
    WRITING,
    Act,
    Holder,
    Opinion,
    Pair,
    Place,
    Population,
    Tie,
)
from rse.indicators.engine.rollup import tag_key
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.statements import Cell, Figures, Indicator, Moment
from rse.indicators.engine.windows import Windows
from rse.indicators.engine.writing import write
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


Unit = Callable[[], AbstractContextManager[Any]]  # one short transaction that writes
PULSE_DAYS = 180
AT_ONCE = 5000  # rows of a transaction
NEW_DAYS, FIRST_DAYS = 90, 28  # a newcomer's first four weeks ended in the last 90 days
NOTHING = dict.fromkeys(("n_28", "replies_28", "weeks", "rung", "n_90"))  # of who did nothing in W90


def settle(
    session: Session,
    staff: Staff,
    partition: Partition,
    windows: Windows,
    *,
    floor: int,
    declared: Declared | None = None,
    unit: Unit = nullcontext,
) -> tuple[Moment, int]:
    """Write who is employed on the day, in which cell, and what they declared. Returns also the headcount.

    Nobody but the job reads these rows, so they go in parts, each in a `unit` of its own.
    """
    told = declared or Declared()
    there, seen = dict(staff.present(windows.as_of)), _signs(session, windows)
    people = [_present(staff, partition, windows, *one) | seen.get(one[0], NOTHING) for one in there.items()]
    places = [{"team_id": team, "cell_id": cell} for team, cell in partition.cell_of.items()]
    held = {(person, tag_key(tag)) for person, tag in told.skills if person in there}
    holders = [{"person_id": person, "tag": tag} for person, tag in sorted(held) if tag]
    opinions = [
        {"answer_id": n, "cell_id": partition.cell(team), "answer": answer}
        for n, (team, answer) in enumerate(told.answers, 1)
    ]
    for table, rows in ((Population, people), (Place, places), (Holder, holders), (Opinion, opinions)):
        _fill(session, table, rows, unit)
    _tie(session, windows, unit)
    asked = sum(1 for _ in staff.present(told.wave)) if told.wave else 0
    return Moment(windows, floor, asked), len(people)


def _fill(session: Session, table: type[Base], rows: Sequence[dict[str, Any]], unit: Unit) -> None:
    with unit():
        session.execute(delete(table))
    for at in range(0, len(rows), AT_ONCE):
        with unit():
            write(session, table, rows[at : at + AT_ONCE])


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


def _signs(session: Session, windows: Windows) -> dict[int, dict[str, Any]]:
    """Give what each person did in W90 and in W28, in one pass over the days."""
    last = windows.as_of
    lately = Act.day >= windows.first_day(28)

    def recent(value: Any) -> Any:
        return func.sum(case((lately, value), else_=0))

    weeks = [Act.day.between(windows.first_day(7 * n + 7), windows.first_day(7 * n + 1)) for n in range(4)]
    met = [func.max(case((week, 1), else_=0)) for week in weeks]
    writes, reacts = Act.bits.bitwise_and(CONTRIBUTOR) > 0, Act.bits.bitwise_and(REACTOR) > 0
    rung = case((~lately, 0), (writes, WRITING), (reacts, REACTING), else_=READER)
    query = select(
        Act.person_id, func.sum(Act.n), recent(1), recent(Act.n), recent(Act.replies),
        met[0] + met[1] + met[2] + met[3], func.max(rung),
    ).where(Act.day.between(windows.first_day(90), last))  # fmt: skip
    found = {}
    for person, n_90, days, n_28, replies, many, best in session.execute(query.group_by(Act.person_id)):
        told = (int(n_28), int(replies), many, best) if days else (None,) * 4
        found[person] = dict(zip(NOTHING, (*told, int(n_90)), strict=True))
    return found


def _tie(session: Session, windows: Windows, unit: Unit) -> None:
    """Find the ties of W90: where it can be done without anybody waiting, inside the database."""
    found = _ties(windows)
    if session.get_bind().dialect.name == "postgresql":
        with unit():
            session.execute(delete(Tie))
            session.execute(
                insert(Tie).from_select([column.name for column in found.selected_columns], found)
            )
        return
    _fill(session, Tie, [dict(row) for row in session.execute(found).mappings()], unit)


def _ties(windows: Windows) -> Select[Any]:
    """Give the pairs of present colleagues with an interaction in W90, in the cells of their latest day."""
    one, two = Population.__table__.alias("one"), Population.__table__.alias("two")
    both = (func.sum(Pair.x_to_y) > 0) & (func.sum(Pair.y_to_x) > 0)
    tie = (
        select(Pair.x, Pair.y, func.max(Pair.day).label("day"), both.label("mutual"))
        .join(one, one.c.person_id == Pair.x)
        .join(two, two.c.person_id == Pair.y)
        .where(Pair.day.between(windows.first_day(90), windows.as_of))
        .group_by(Pair.x, Pair.y)
        .subquery("tie")
    )
    here, there = Place.__table__.alias("here"), Place.__table__.alias("there")
    placed = (here.c.cell_id != NOWHERE) & (there.c.cell_id != NOWHERE)  # one without a team: in no cell
    return (
        select(
            Pair.x,
            Pair.y,
            tie.c.mutual,
            case((placed, here.c.cell_id)).label("cell_x"),
            case((placed, there.c.cell_id)).label("cell_y"),
        )
        .join(tie, (Pair.x == tie.c.x) & (Pair.y == tie.c.y) & (Pair.day == tie.c.day))
        .outerjoin(here, here.c.team_id == Pair.team_x)
        .outerjoin(there, there.c.team_id == Pair.team_y)
    )


def measure(
    session: Session, partition: Partition, moment: Moment, before: Mapping[str, Before] | None = None
) -> dict[str, dict[int, Figure]]:
    """Compute every indicator for the company and each cell, from what `settle` and the roll-ups wrote.

    `before` holds what was published a week ago, by indicator: then two weeks are looked at together.
    """
    past, told, known = before or {}, dict[str, dict[int, Figure]](), dict[Any, dict[int, set[int]]]()
    for one in INDICATORS:
        if one.bases not in known:  # several describe the same people
            known[one.bases] = _bases(session, one, moment)
        told[one.code] = _one(session, one, partition, moment, known[one.bases], before=past.get(one.code))
    return told


def _bases(session: Session, indicator: Indicator, moment: Moment) -> dict[int, set[int]]:
    """Give whom each cell describes. Where there are teams, the company is all of them together."""
    bases: dict[int, set[int]] = defaultdict(set)
    pairs = indicator.bases(moment).subquery("pairs")
    query = select(pairs.c.cell, pairs.c.person)
    for cell, person in session.execute(query.where(pairs.c.cell != COMPANY) if indicator.teams else query):
        bases[cell].add(person)
    if indicator.teams:
        bases[COMPANY] = set().union(*bases.values())
    return bases


def _one(
    session: Session,
    indicator: Indicator,
    partition: Partition,
    moment: Moment,
    bases: Mapping[int, set[int]],
    *,
    before: Before | None,
) -> dict[int, Figure]:
    rows = indicator.rows(session, moment)
    cells = [COMPANY, *(sorted(partition.cells) if indicator.teams else ())]
    everyone = [*cells, NOWHERE] if indicator.teams else cells
    base = {cell: bases.get(cell, set()) for cell in everyone}
    known = {n: Cell(rows.get(n, {}), len(base[n]), n == COMPANY, moment) for n in cells}
    internal = {n: indicator.internal(cell) for n, cell in known.items()}
    figures = {n: indicator.published(cell, internal[n]) for n, cell in known.items()}
    past = None if before is None else replace(before, now=figures)
    status = suppress(base, moment.floor, past)
    return {
        n: Figure(status[n], known[n].base, internal[n], figures[n] if status[n] == SHOWN else None)
        for n in cells
    }
