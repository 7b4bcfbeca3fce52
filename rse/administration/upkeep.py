"""Upkeep of groups: which there are, which are silent or have nobody who looks after them. Nobody's activity.

A secret group is here for who is in it, or reads it by two; the others are counted (docs/adr/0070).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts import queries as accounts
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.chat.models import Conversation
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid, NotFound
from rse.feed.models import Post
from rse.groups import queries, service
from rse.groups.events import GroupChanged
from rse.groups.models import Group, Membership

STATES = ("", "ownerless", "archived")
SILENT = timedelta(days=365)
OWNERS = 3  # shown for a group in the list
HEIRS = 50  # groups looked at in a night


def _owned() -> ColumnElement[bool]:
    """Give the criterion of the groups that somebody active owns."""
    tie = (Membership.group_id == Group.id, Membership.state == "active", Membership.role == "owner")
    return exists().where(*tie, Person.id == Membership.person_id, Person.status == "active")


def _in_state(state: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Group.archived_at.is_(None)]
    if state == "archived":
        found = [Group.archived_at.is_not(None)]
    if state == "ownerless":
        found.append(~_owned())
    return found


@dataclass(frozen=True)
class Line:
    """A group in the list; `silent`: nothing was written in it for a year."""

    id: int
    slug: str
    name: str
    folded: str
    visibility: str
    purpose: str
    people: int
    archived_at: datetime | None
    owners: Sequence[str] = ()
    silent: bool = False


def listed(
    session: Session, viewer: Viewer, *, q: str, state: str, after: tuple[str, int] | None, limit: int
) -> list[Line]:
    """Give `limit + 1` groups by name after a position, in three statements."""
    columns = (
        Group.id, Group.slug, Group.name, Group.folded, Group.visibility, Group.purpose, Group.member_count,
        Group.archived_at, Group.created_at,
    )  # fmt: skip
    query = select(*columns).where(queries.by_right(viewer), *_in_state(state))
    if q.strip():
        query = query.where(Group.folded.contains(fold(q), autoescape=True))
    if after:
        later = and_(Group.folded == after[0], Group.id > after[1])
        query = query.where(or_(Group.folded > after[0], later))
    rows = session.execute(query.order_by(Group.folded, Group.id).limit(limit + 1)).all()
    ids, year = [row.id for row in rows], clock.now() - SILENT
    lively, names = _lively(session, ids, year), owners(session, ids)
    return [
        Line(*row[:8], names.get(row.id, ()), row.created_at < year and row.id not in lively) for row in rows
    ]


def _lively(session: Session, ids: Sequence[int], since: datetime) -> set[int]:
    """Give those of the groups in which somebody has written since a moment; not who, not when."""
    posted = exists().where(Post.group_id == Group.id, Post.at > since)
    spoken = exists().where(
        Conversation.group_id == Group.id, Conversation.active_at > since, Conversation.seq > 0
    )
    return set(session.scalars(select(Group.id).where(Group.id.in_(ids), or_(posted, spoken))))


def owners(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Give the names of the first owners of each group."""
    place = func.row_number().over(
        partition_by=Membership.group_id, order_by=(Person.sort_name, Person.id)
    )  # fmt: skip
    tie = (Membership.state == "active", Membership.role == "owner", Person.status == "active")
    query = select(Membership.group_id, Person.display_name, place.label("place"))
    query = query.join(Person, Person.id == Membership.person_id).where(Membership.group_id.in_(ids), *tie)
    ranked = query.subquery()
    found: dict[int, list[str]] = {}
    first = select(ranked).where(ranked.c.place <= OWNERS).order_by(ranked.c.group_id, ranked.c.place)
    for group_id, name, _place in session.execute(first):
        found.setdefault(group_id, []).append(name)
    return found


def counts(session: Session, viewer: Viewer) -> dict[str, int]:
    """Give how many groups each state of the list holds."""
    columns = [func.count().filter(and_(*_in_state(state))).label(f"s_{state}") for state in STATES]
    row = session.execute(select(*columns).select_from(Group).where(queries.by_right(viewer))).one()
    return {state: getattr(row, f"s_{state}") for state in STATES}


def unseen(session: Session, viewer: Viewer) -> int:
    """Count the secret groups that the viewer is not in: that is all that is told of them."""
    hidden = (Group.visibility == "secret", ~queries.by_right(viewer))
    return session.scalar(select(func.count()).select_from(Group).where(*hidden)) or 0


def find(session: Session, viewer: Viewer, group_id: int) -> Group:
    """Give a group that may be looked after here. Raises NotFound."""
    group = session.scalars(select(Group).where(Group.id == group_id, queries.by_right(viewer))).first()
    if group is None:
        raise NotFound
    return group


def _note(session: Session, what: str, group: Group, actor_id: int | None, **about: Any) -> None:
    audit.record(session, f"group.{what}", actor_id=actor_id, target=f"group:{encode_id(group.id)}", **about)


def archive(session: Session, viewer: Viewer, group: Group, *, archived: bool) -> None:
    """Close a group to writing, or open it again; what was written stays readable. Flushes."""
    group.archived_at = clock.now() if archived else None
    group.version += 1
    session.flush()
    emit(session, GroupChanged(group.id))
    _note(session, "archive" if archived else "unarchive", group, viewer.id)


def _employee(session: Session, who: str) -> Person:
    name = who.strip().lstrip("@")
    found = accounts.person_by_email(session, name) or accounts.person_by_uid(session, name)
    if found is None or found.status != "active" or found.kind != "employee":
        raise Invalid(owner=_("No active employee has this login or address."))
    return found


def appoint(session: Session, viewer: Viewer, group: Group, who: str) -> Person:
    """Name an owner of a group that has none left. Raises Invalid.

    Only a member of a closed or secret group: an appointment would open it to anybody else.
    """
    if owners(session, [group.id]):
        raise Invalid(owner=_("The group has an owner: who looks after it is theirs to say."))
    person = _employee(session, who)
    tie = queries.membership(session, group.id, person.id)
    if group.visibility != "open" and (tie is None or tie.state != "active"):
        raise Invalid(owner=_("Only a member: the appointment would open the group to somebody outside."))
    service.enter(session, group, person.id, "owner")
    _note(session, "owner", group, viewer.id, owner=person.id)
    return person


def create(
    session: Session,
    viewer: Viewer,
    *,
    owner: str,
    name: str,
    description: str,
    visibility: str,
    purpose: str,
) -> Group:
    """Make an open or closed group for somebody, who owns it. Raises Invalid."""
    person = _employee(session, owner)
    group = service.insert(
        session, name=name, description=description, visibility=visibility, purpose=purpose, by=person.id
    )
    service.enter(session, group, person.id, "owner")
    _note(session, "create", group, viewer.id, owner=person.id)
    return group


def heirs(session: Session) -> int:
    """Give secret groups whose owners have all left another one: the longest-standing moderator or member.

    Nobody outside may know such a group, so nobody outside can appoint. Returns how many. Flushes.
    """
    orphans = select(Group).where(Group.visibility == "secret", Group.archived_at.is_(None), ~_owned())
    staffed = exists().where(*_may_inherit(Group.id))
    found = session.scalars(orphans.where(staffed).order_by(Group.id).limit(HEIRS)).all()
    for group in found:
        query = select(Membership).where(*_may_inherit(group.id))
        tie = session.scalars(
            query.order_by(Membership.role.desc(), Membership.at, Membership.person_id)
        ).first()
        if tie is not None:
            tie.role = "owner"
            _note(session, "heir", group, None, owner=tie.person_id)
    session.flush()
    return len(found)


def _may_inherit(group_id: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.group_id == group_id, Membership.state == "active", Person.id == Membership.person_id,
        Person.status == "active", Person.kind == "employee",
    )  # fmt: skip
