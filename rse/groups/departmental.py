"""Groups of departments: their members follow the directory; who came by hand stays.

A person is brought into the group once, when they come into the department (or one below it): who leaves the
group by themselves is not brought back. Whoever the department brought goes when it loses them, unless they
look after the group by now. A department that ends lets its group go: it stays, with the people in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.models import Person
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.groups import provided, service
from rse.groups.events import GroupChanged, MemberLeft
from rse.groups.models import DepartmentGroup, DepartmentMember, Group
from rse.people.departments import SEPARATOR
from rse.people.events import PersonChanged
from rse.people.models import Department, Profile

PART = 500  # people in one statement


@dataclass(frozen=True, slots=True)
class Followed:
    """The group of a department, for who administers it."""

    group_id: int
    slug: str
    name: str
    members: int
    below: bool
    secret: bool


def group_of(session: Session, department_id: int) -> Followed | None:
    """Give the group of a department; None where it has none."""
    columns = (
        Group.id, Group.slug, Group.name, Group.member_count, DepartmentGroup.below,
        Group.visibility == "secret",
    )  # fmt: skip
    query = select(*columns).join(DepartmentGroup, DepartmentGroup.group_id == Group.id)
    row = session.execute(query.where(DepartmentGroup.department_id == department_id)).first()
    return Followed(*row) if row else None


def followed(session: Session, group_id: int) -> str:
    """Give the path of the department that a group follows; "" for a group that follows none."""
    query = select(Department.path).join(DepartmentGroup, DepartmentGroup.department_id == Department.id)
    return session.scalar(query.where(DepartmentGroup.group_id == group_id)) or ""


def make(
    session: Session, department_id: int, actor_id: int, *, name: str, visibility: str, below: bool
) -> Group:
    """Make the group of a living department and bring its people in. Raises Invalid. Flushes.

    Who leads the department owns it; where nobody does, the administrator who makes it (`actor_id`).
    """
    department = session.get_one(Department, department_id)
    if department.ended_on is not None:
        raise Invalid(group=_("This department has ended."))
    if group_of(session, department_id) is not None:
        raise Invalid(group=_("This department has its group already."))
    group = service.insert(session, name=name, visibility=visibility, by=actor_id, demo=department.demo)
    group.kind = "department"
    head = session.get(Person, department.head_id) if department.head_id else None
    leads = head is not None and head.status == "active" and head.kind == "employee"
    service.enter(session, group, department.head_id if leads and department.head_id else actor_id, "owner")
    session.add(DepartmentGroup(department_id=department_id, group_id=group.id, below=below))
    session.flush()
    _bring(session, group, people_of(session, department, below=below))
    audit.record(
        session, "department.group", actor_id=actor_id, target=f"department:{department_id}", group=group.slug
    )
    return group


def let_go(session: Session, department_id: int, actor_id: int | None) -> None:
    """Let a group live on its own: it follows the department no more, and keeps its people. Flushes."""
    tie = session.get(DepartmentGroup, department_id)
    if tie is None:
        return
    session.execute(delete(DepartmentMember).where(DepartmentMember.group_id == tie.group_id))
    session.delete(tie)
    session.flush()
    audit.record(session, "department.let_go", actor_id=actor_id, target=f"department:{department_id}")


def people_of(session: Session, department: Department, *, below: bool) -> list[int]:
    """Give the active employees of a department, and of those below it."""
    inside = Department.id == department.id
    if below:
        inside = or_(inside, Department.path.startswith(department.path + SEPARATOR, autoescape=True))
    query = select(Profile.person_id).join(Department, Department.id == Profile.department_id)
    query = query.join(Person, Person.id == Profile.person_id)
    query = query.where(inside, Person.status == "active", Person.kind == "employee")
    return list(session.scalars(query.order_by(Profile.person_id)))


def _bring(session: Session, group: Group, people: Collection[int]) -> None:
    """Bring people in whom the department did not bring before; members already have come by hand."""
    if not people:
        return
    fresh = provided.let_in(session, group, people)
    rows = [{"group_id": group.id, "person_id": one, "brought": one in fresh} for one in people]
    session.execute(insert(DepartmentMember), rows)
    if fresh:
        emit(session, GroupChanged(group.id))


def _lose(session: Session, group: Group, lost: Mapping[int, bool]) -> None:
    """Forget people whom a department has lost, and end the memberships that it gave (true)."""
    here = (DepartmentMember.group_id == group.id, DepartmentMember.person_id.in_(lost))
    session.execute(delete(DepartmentMember).where(*here))
    if provided.take_out(session, group, [person_id for person_id, brought in lost.items() if brought]):
        emit(session, GroupChanged(group.id))


def follow(session: Session, events: Sequence[PersonChanged]) -> None:
    """Let the groups of departments follow what has changed of people; one query where there are none."""
    query = select(DepartmentGroup, Department, Group).join(
        Department, Department.id == DepartmentGroup.department_id
    )
    rows = session.execute(query.join(Group, Group.id == DepartmentGroup.group_id)).all()
    living = []
    for tie, department, group in rows:
        if department.ended_on is not None:
            let_go(session, department.id, None)
        elif group.archived_at is None:
            living.append((department.path, tie.below, group))
    people = sorted({event.person_id for event in events})
    for start in range(0, len(people) if living else 0, PART):
        _follow_some(session, people[start : start + PART], living)


def _follow_some(session: Session, people: Sequence[int], living: Iterable[tuple[str, bool, Group]]) -> None:
    query = select(Profile.person_id, Department.path, Person.status, Person.kind)
    query = query.join(Person, Person.id == Profile.person_id)
    query = query.outerjoin(Department, Department.id == Profile.department_id)
    found = session.execute(query.where(Profile.person_id.in_(people))).all()
    paths = {row.person_id: row.path or "" for row in found}
    welcome = {row.person_id for row in found if row.status == "active" and row.kind == "employee"}
    held: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    ties = select(DepartmentMember.group_id, DepartmentMember.person_id, DepartmentMember.brought).where(
        DepartmentMember.person_id.in_(people)
    )
    for group_id, person_id, brought in session.execute(ties):
        held[group_id][person_id] = brought
    for path, below, group in living:
        there = {one for one in people if _inside(paths.get(one, ""), path, below=below)}
        known = held[group.id]
        lost = {person_id: brought for person_id, brought in known.items() if person_id not in there}
        if lost:
            _lose(session, group, lost)
        _bring(session, group, [one for one in sorted(there & welcome) if one not in known])


def _inside(path: str, department: str, *, below: bool) -> bool:
    return path == department or (below and path.startswith(department + SEPARATOR))


def note_left(session: Session, events: Sequence[MemberLeft]) -> None:
    """Note that a membership has ended: whoever comes back comes by hand, and stays."""
    for event in events:
        here = (DepartmentMember.group_id == event.group_id, DepartmentMember.person_id == event.person_id)
        session.execute(
            update(DepartmentMember).where(*here).values(brought=False),
            execution_options={"synchronize_session": False},
        )


def forget(session: Session, person_id: int) -> None:
    """Remove a person who is erased."""
    session.execute(delete(DepartmentMember).where(DepartmentMember.person_id == person_id))
