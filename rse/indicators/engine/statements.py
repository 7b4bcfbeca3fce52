"""What the formulas share: the form of an indicator, and the people, posts and ties that they count.

Every statement gives rows by cell, the company (cell 0) among them. Sources: INDICATORS sections 2 and 3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from rse.indicators.engine.models import Place, Population, Thread
from rse.indicators.engine.windows import Windows, micros
from rse.indicators.models import COMPANY, NOWHERE

Figures = dict[str, Any]
Row = Mapping[str, Any]
Statement = Select[*tuple[Any, ...]]
DIGITS = 6


@dataclass(frozen=True)
class Moment:
    """An as-of day: its windows, the floor, and how many were employed when the last pulse went out."""

    windows: Windows
    floor: int
    asked: int = 0

    def days(self, number: int) -> tuple[date, date]:
        """Give the first and the last local day of W(number)."""
        return self.windows.first_day(number), self.windows.as_of


@dataclass(frozen=True)
class Cell:
    """The numbers of one cell: `base` persons are described."""

    row: Row
    base: int
    company: bool
    moment: Moment

    def n(self, name: str) -> int:
        """Give one of the numbers, 0 where there is none."""
        return int(self.row.get(name) or 0)


Rows = Callable[[Session, Moment], Mapping[int, Row]]


def as_computed(_cell: Cell, internal: Figures) -> Figures:
    """Publish a figure as it is: one about contents, whose authors are at least the floor."""
    return dict(internal)


@dataclass(frozen=True)
class Indicator:
    """One indicator: its numbers by cell, whom it describes, and what is read and told of a cell."""

    code: str
    rows: Rows
    bases: Callable[[Moment], Statement]  # (cell, person)
    internal: Callable[[Cell], Figures]
    published: Callable[[Cell, Figures], Figures] = as_computed
    teams: bool = True  # or the company alone


def one_statement(statement: Callable[[Moment], Statement]) -> Rows:
    """Read the numbers of every cell with one statement: (cell, numbers...)."""

    def rows(session: Session, moment: Moment) -> dict[int, Row]:
        return {row["cell"]: dict(row) for row in session.execute(statement(moment)).mappings()}

    return rows


def ratio(part: Any, whole: Any) -> float | None:
    """Give a share with 6 decimals, None of nothing."""
    return round(int(part or 0) / int(whole), DIGITS) if whole else None


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Count the rows for which a condition holds."""
    return func.sum(case((condition, 1), else_=0))


def scope() -> Subquery:
    """Give everyone employed on the day and what they did, once in the company and once in their own cell."""
    what = (Population.person_id, Population.n_28, Population.weeks, Population.rung, Population.n_90)
    own = select(*what, Population.cell_id.label("cell"))
    return union_all(select(*what, literal(COMPANY).label("cell")), own).subquery("scope")


def everyone(_moment: Moment) -> Statement:
    """Give the base set of shares of all people: P, and P_t."""
    people = scope()
    return select(people.c.cell, people.c.person_id.label("person"))


def active_28(_moment: Moment) -> Statement:
    """Give the base set of figures on those with a sign of life in W28: A28 within P, and within P_t."""
    people = scope()
    return select(people.c.cell, people.c.person_id.label("person")).where(people.c.n_28.is_not(None))


def active_90(_moment: Moment) -> Statement:
    """Give the same of W90."""
    people = scope()
    return select(people.c.cell, people.c.person_id.label("person")).where(people.c.n_90.is_not(None))


def cohort(moment: Moment, kinds: tuple[str, ...], days: int, hours: int, *also: Any) -> Subquery:
    """Give the posts that had their full time, in the company and in the cell of their author that day."""
    start, end = moment.windows.cohort(days, hours)
    when = and_(Thread.kind.in_(kinds), Thread.at >= micros(start), Thread.at < micros(end), *also)
    columns = (
        Thread.author_id.label("person"), Thread.at, Thread.first_reply_at, Thread.captured,
        Thread.followed_at, Thread.decided,
    )  # fmt: skip
    own = (
        select(func.coalesce(Place.cell_id, NOWHERE).label("cell"), *columns)
        .select_from(Thread)
        .outerjoin(Place, Place.team_id == Thread.team_id)
        .where(when)
    )
    return union_all(select(literal(COMPANY).label("cell"), *columns).where(when), own).subquery("cohort")
