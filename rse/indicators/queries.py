"""Reads of the pages: the frozen published table, the cells that a viewer may see, and nothing personal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, literal, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, company
from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.indicators import kept, pauses, policy
from rse.indicators.definitions import CODES, DRAWINGS
from rse.indicators.models import COMPANY, Cell, CellDepartment, CutCell, Published, Week
from rse.people import deputies
from rse.people.models import Department, Profile

WEEKS = 12
SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class PublishedWeek:
    """A published week: its Sunday, its partition's quarter, the floor that was applied, when it was made."""

    day: date
    quarter: str
    floor: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What was published of one indicator of one cell in one week."""

    status: str
    figures: Mapping[str, Any] | None


@dataclass(frozen=True)
class Team:
    """A cell as one viewer sees it: their own departments in it, and those counted with them."""

    id: int
    name: str  # path of the department above all of them, "" for the whole company
    own: Sequence[str]
    neighbours: Sequence[str]
    departments: Collection[int]


Series = dict[date, dict[str, Told]]


def week(session: Session, as_of: date | None = None) -> PublishedWeek | None:
    """Give the published week of a Sunday, the last one by default; None when there is none."""
    query = select(Week.day, Week.quarter, Week.floor, Week.published_at).order_by(Week.day.desc()).limit(1)
    if as_of is not None:
        query = query.where(Week.day == as_of)
    row = session.execute(query).first()
    return None if row is None else PublishedWeek(*row)


def series(
    session: Session,
    cells: Collection[int],
    until: date,
    weeks: int = WEEKS,
    codes: Collection[str] = CODES,
) -> dict[int, Series]:
    """Give the last weeks of cells, by cell, Sunday and indicator."""
    query = select(Published.cell_id, Published.day, Published.code, Published.status, Published.figures)
    since = until - timedelta(days=7 * (weeks - 1))
    found: dict[int, Series] = {cell: {} for cell in cells}
    query = query.where(Published.cell_id.in_(cells), Published.day.between(since, until))
    query = query.where(Published.code.in_(codes))
    for cell, day, code, status, figures in session.execute(query):
        found[cell].setdefault(day, {})[code] = Told(status, figures)
    return found


def teams(session: Session, viewer: Viewer, at: PublishedWeek) -> list[Team]:
    """Give the cells that hold reports of the viewer, or that belong to a department that they head."""
    own = _own_departments(session, viewer)
    if not own:
        return []
    cells = _cells_of(session, own, at.quarter)
    if not cells:
        return []
    names = {
        row.id: row.name for row in session.execute(select(Cell.id, Cell.name).where(Cell.id.in_(cells)))
    }
    inhabited = _inhabited(session, cells)
    found = []
    for cell, name in names.items():
        here = inhabited.get(cell, {})
        mine = sorted(label for department, label in here.items() if department in own)
        others = sorted(label for department, label in here.items() if department not in own)
        found.append(Team(cell, name, mine, others, frozenset(here)))
    return sorted(found, key=lambda team: (not team.own, team.name, team.id))


def team(session: Session, viewer: Viewer, at: PublishedWeek, cell_id: int) -> Team:
    """Give one of the viewer's cells. Raises NotFound for any other: whether it exists is not told."""
    for found in teams(session, viewer, at):
        if found.id == cell_id:
            return found
    raise NotFound


def _own_departments(session: Session, viewer: Viewer) -> dict[int, str]:
    """Give the departments of the viewer's direct reports, and those under a department that they head.

    A deputy has those of the manager too, on the days of the delegation.
    """
    if not policy.may_have_cells(viewer) or pauses.off_for(session, viewer):
        return {}
    whose = [viewer.id, *deputies.managers_for(session, viewer.id, clock.today(viewer.timezone))]
    reports = (
        select(Profile.department_id)
        .join(Person, Person.id == Profile.person_id)
        .where(Profile.manager_id.in_(whose), Person.status == "active", Person.kind == "employee")
    )
    headed = session.scalars(select(Department.path).where(Department.head_id.in_(whose))).all()
    below = [Department.path.startswith(path + SEPARATOR, autoescape=True) for path in headed]
    mine = or_(Department.id.in_(reports), Department.path.in_(headed), *below)
    rows = session.execute(select(Department.id, Department.path).where(mine))
    return {row.id: row.path for row in rows}


def _cells_of(session: Session, departments: Mapping[int, str], quarter: str) -> set[int]:
    """Give the cells of departments; one made since the cut belongs to the nearest one above it."""
    paths = {above for path in departments.values() for above in _path_up(path)}
    query = select(Department.path, CellDepartment.cell_id)
    query = query.join(Department, Department.id == CellDepartment.department_id)
    query = query.join(CutCell, CutCell.cell_id == CellDepartment.cell_id)
    rows = session.execute(query.where(CutCell.quarter == quarter, Department.path.in_(paths)))
    by_path = {row.path: row.cell_id for row in rows}
    found = (
        next((by_path[p] for p in _path_up(path) if p in by_path), None) for path in departments.values()
    )
    return {cell for cell in found if cell is not None}


def _path_up(path: str) -> Iterable[str]:
    """Give a path and those above it, the longest first."""
    names = path.split(SEPARATOR)
    return [SEPARATOR.join(names[:depth]) for depth in range(len(names), 0, -1)]


def _inhabited(session: Session, cells: Collection[int]) -> dict[int, dict[int, str]]:
    """Give the departments of cells in which somebody is, by cell, with their names."""
    someone = exists(literal(1)).where(Profile.department_id == Department.id)
    someone = someone.where(
        Person.id == Profile.person_id, Person.status == "active", Person.kind == "employee"
    )
    query = select(CellDepartment.cell_id, Department.id, Department.name)
    query = query.join(Department, Department.id == CellDepartment.department_id)
    found: dict[int, dict[int, str]] = {}
    for row in session.execute(query.where(CellDepartment.cell_id.in_(cells), someone)):
        found.setdefault(row.cell_id, {})[row.id] = row.name
    return found


def may_see_company(session: Session, viewer: Viewer) -> bool:
    """Tell whether a viewer may see the company's figures."""
    return policy.may_see_company(viewer, restricted=company.figures_restricted(session))


def company_series(session: Session, at: PublishedWeek) -> Series:
    """Give the company's last weeks: for whom `may_see_company` lets, and as the band of a team's line."""
    return kept.keep(("company", at), lambda: series(session, [COMPANY], at.day)[COMPANY])


def drawings(session: Session, at: PublishedWeek) -> dict[str, Told]:
    """Give what was published to be drawn of the company in one week."""

    def make() -> dict[str, Told]:
        return series(session, [COMPANY], at.day, 1, DRAWINGS)[COMPANY].get(at.day, {})

    return kept.keep(("drawings", at), make)
