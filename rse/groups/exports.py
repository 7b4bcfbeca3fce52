"""A person's groups in their own export, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rse.core.events import emit
from rse.core.feature import Export
from rse.groups import departmental
from rse.groups.events import MemberLeft
from rse.groups.models import Group, GroupLink, Membership


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the memberships of a person."""
    query = select(Group.name, Membership.role, Membership.state, Membership.at)
    query = query.join(Group, Group.id == Membership.group_id).where(Membership.person_id == person_id)
    return [row._asdict() for row in session.execute(query)]


def erase(session: Session, person_id: int) -> None:
    """Remove a person from every group, and their name from those that they created or filled."""
    departmental.forget(session, person_id)
    theirs = select(Membership.group_id).where(Membership.person_id == person_id)
    left = session.scalars(theirs.where(Membership.state == "active")).all()
    session.execute(delete(Membership).where(Membership.person_id == person_id))
    invited = update(Membership).where(Membership.invited_by == person_id)
    session.execute(invited.values(invited_by=None))
    active = select(func.count()).where(Membership.group_id == Group.id, Membership.state == "active")
    counted = update(Group).where(Group.id.in_(left)).values(member_count=active.scalar_subquery())
    session.execute(counted.execution_options(synchronize_session=False))
    session.expire_all()
    for group_id in left:
        emit(session, MemberLeft(group_id, person_id))
    session.execute(delete(GroupLink).where(GroupLink.by_id == person_id))
    session.execute(update(Group).where(Group.created_by == person_id).values(created_by=None))


export = Export("groups", rows, erase)
