"""Memberships that an outside source gives and takes (SCIM): many at once, without a viewer."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.events import emit_all
from rse.groups.events import MemberJoined, MemberLeft
from rse.groups.models import Group, Membership

PART = 500  # people in one statement


def let_in(session: Session, group: Group, person_ids: Collection[int]) -> set[int]:
    """Make people members now and give those who were none; guests do not enter an open group. Flushes."""
    made: set[int] = set()
    for part in _parts(person_ids):
        ties = {
            t.person_id: t for t in session.scalars(_ties(group.id).where(Membership.person_id.in_(part)))
        }
        kinds = select(Person.id).where(Person.id.in_(part), Person.kind != "service")
        if group.visibility == "open":
            kinds = kinds.where(Person.kind != "guest")
        entering = [p for p in session.scalars(kinds) if p not in ties or ties[p].state != "active"]
        values = {"role": "member", "state": "active", "at": clock.now(), "seen_count": group.post_count}
        waiting = [p for p in entering if p in ties]
        if waiting:
            asked = _of(group.id, waiting)
            session.execute(update(Membership).where(*asked).values(**values))
        fresh = [{"group_id": group.id, "person_id": p, **values} for p in entering if p not in ties]
        if fresh:
            session.execute(insert(Membership), fresh)
        made.update(entering)
    _count(session, group)
    emit_all(session, [MemberJoined(group.id, person_id) for person_id in sorted(made)])
    return made


def take_out(session: Session, group: Group, person_ids: Collection[int]) -> set[int]:
    """End plain memberships and give whose; who looks after the group by now stays. Flushes."""
    gone: set[int] = set()
    for part in _parts(person_ids):
        plain = (Membership.role == "member", Membership.state == "active")
        leaving = session.scalars(select(Membership.person_id).where(*_of(group.id, part), *plain)).all()
        if leaving:
            session.execute(delete(Membership).where(*_of(group.id, leaving)))
        gone.update(leaving)
    _count(session, group)
    emit_all(session, [MemberLeft(group.id, person_id) for person_id in sorted(gone)])
    return gone


def _parts(person_ids: Collection[int]) -> list[list[int]]:
    ids = sorted(person_ids)
    return [ids[start : start + PART] for start in range(0, len(ids), PART)]


def _ties(group_id: int) -> Select[Membership]:
    return select(Membership).where(Membership.group_id == group_id)


def _of(group_id: int, person_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (Membership.group_id == group_id, Membership.person_id.in_(person_ids))


def _count(session: Session, group: Group) -> None:
    active = (Membership.group_id == group.id, Membership.state == "active")
    group.member_count = session.scalar(select(func.count()).where(*active)) or 0
    session.flush()
