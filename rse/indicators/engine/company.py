"""The engine's view of the real company: its people, its departments, and what its features tell."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.activity import Activity, ActivityEvent
from rse.core.model import new_id
from rse.indicators import pauses
from rse.indicators.engine.measure import PULSE_DAYS, Declared, Partition
from rse.indicators.engine.partition import cut
from rse.indicators.engine.staff import Engagement, Staff, Stay
from rse.indicators.models import Cell, CellDepartment, CutCell, quarter
from rse.people.models import Department, DepartmentMembership, Profile

AT_ONCE = 500
LEADER = "executive"  # the role
OFF, GONE = "off", "gone"  # kinds of those who do not count


@dataclass(frozen=True)
class Features:
    """What the features declare, as one source of events."""

    session: Session
    activities: Sequence[Activity]

    def first(self) -> datetime | None:
        """Give the time of the oldest event."""
        return min((at for a in self.activities if (at := a.first(self.session)) is not None), default=None)

    def events(self, start: datetime, end: datetime) -> Iterable[ActivityEvent]:
        """Give what happened in [start, end)."""
        for activity in self.activities:
            yield from activity.events(self.session, start, end)

    def threads(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give these posts, their replies, and what hangs on either."""
        for activity in self.activities:
            yield from activity.threads(self.session, roots)

    def answers(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give of these threads what says how the post was answered and kept."""
        for activity in self.activities:
            yield from (activity.answers or activity.threads)(self.session, roots)

    def roots(self, people: Collection[int]) -> Iterable[int]:
        """Give the threads that these people had a part in, at any time."""
        for activity in self.activities:
            yield from activity.roots(self.session, people)


def staff(session: Session) -> Staff:
    """Give the people of the company and their departments over time. Guests and services never count.

    Nor does who works at a site where figures are switched off, or did something before they were on again.
    """
    people: dict[int, Engagement] = {}
    off, resumed = pauses.sites(session), pauses.resumed(session)
    dates = (Profile.start_date, Profile.end_date)
    query = select(Person.id, Person.kind, Person.status, Person.roles, Person.site, *dates)
    query = query.outerjoin(Profile, Profile.person_id == Person.id)
    for person, kind, status, roles, site, start, end in session.execute(query):
        unknown = status != "active" and end is None  # gone at a time that nobody has said
        counted = OFF if site in off else GONE if unknown else kind
        since = max((resumed[name] for name in (pauses.ALL, site) if name in resumed), default=None)
        people[person] = Engagement(counted, start, end, LEADER in roles, since)
    stays: dict[int, list[Stay]] = defaultdict(list)
    member = DepartmentMembership
    columns = (member.person_id, member.department_id, member.from_date, member.to_date)
    for person, department, since, until in session.execute(select(*columns).order_by(member.id.desc())):
        stays[person].append(Stay(department, since, until))
    return Staff(people, stays)


def declared(session: Session, activities: Sequence[Activity], day: date) -> Declared:
    """Give the declared skills of a day, and the latest wave of the pulse."""
    skills = [one for activity in activities for one in activity.skills(session, day)]
    first = day - timedelta(days=PULSE_DAYS - 1)
    waves = (activity.wave(session, first, day) for activity in activities)
    wave = next((one for one in waves if one is not None), None)
    return Declared(skills, *wave) if wave else Declared(skills)


def names(session: Session, cells: Collection[int]) -> dict[int, str]:
    """Give the short names of cells: of the department above each, "" for the whole company."""
    rows = session.execute(select(Cell.id, Cell.name).where(Cell.id.in_(cells)))
    return {row.id: row.name.split(" / ")[-1] for row in rows}


def partition(session: Session, people: Staff, day: date, floor: int) -> Partition:
    """Give the partition of a day's quarter; the first day asked for in a quarter makes its cut."""
    parents = {row.id: row.parent_id for row in session.execute(select(Department.id, Department.parent_id))}
    known = _known(session, quarter(day))
    if not known:
        sizes = Counter(team for _, team in people.present(day) if team is not None)
        known = _store(session, cut(parents, sizes, floor), parents, quarter(day))
    return Partition(set(known.values()), _with_new_ones(known, parents))


def _known(session: Session, name: str) -> dict[int, int]:
    query = select(CellDepartment.department_id, CellDepartment.cell_id)
    query = query.join(CutCell, CutCell.cell_id == CellDepartment.cell_id).where(CutCell.quarter == name)
    return {row.department_id: row.cell_id for row in session.execute(query)}


def _store(
    session: Session, heads: Mapping[int, int], parents: Mapping[int, int | None], name: str
) -> dict[int, int]:
    """Keep a cut; a cell of the same departments as before stays the same cell, and keeps its trend."""
    members: dict[int, list[int]] = defaultdict(list)
    for department, head in heads.items():
        members[head].append(department)
    paths = {row.id: row.path for row in session.execute(select(Department.id, Department.path))}
    known = {row.key: row.id for row in session.execute(select(Cell.key, Cell.id))}
    found, fresh, placed = dict[int, int](), list[dict[str, Any]](), list[dict[str, int]]()
    for head, departments in members.items():
        whole = len(members) == 1 and sum(parents[d] not in parents for d in departments) > 1
        key = sha256(repr(sorted(departments)).encode()).hexdigest()
        cell = known.get(key)
        if cell is None:
            cell = new_id()
            above, called = (None, "") if whole else (head, paths[head])
            fresh.append({"id": cell, "key": key, "head_id": above, "name": called})
            placed += [{"cell_id": cell, "department_id": d} for d in departments]
        found |= dict.fromkeys(departments, cell)
    cut_cells = [{"quarter": name, "cell_id": cell} for cell in sorted(set(found.values()))]
    for table, rows in ((Cell, fresh), (CellDepartment, placed), (CutCell, cut_cells)):
        if rows:
            session.execute(insert(table), rows)
    return found


def _with_new_ones(known: Mapping[int, int], parents: Mapping[int, int | None]) -> dict[int, int]:
    """Add departments made since the cut: each belongs to the nearest department above that was cut."""
    complete = dict(known)
    for department in parents:
        above: int | None = department
        while above is not None and above not in known:
            above = parents.get(above)
        if above is not None:
            complete[department] = known[above]
    return complete
