"""Reads of groups. A group is visible by its audience, by membership, or by an invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core.audience import EVERYONE, Viewer, group_token, readable, readable_people
from rse.core.policy import NotFound
from rse.groups.models import Group, Membership
from rse.groups.tokens import MINE, Mine, colour_of


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group as lists show it."""

    id: int
    slug: str
    name: str
    description: str
    visibility: str
    purpose: str
    member_count: int
    archived: bool
    mine: str = ""  # my state: active, asked, invited
    unread: int = 0
    shade: int | None = None
    kind: str = ""
    cover: str | None = None

    @property
    def href(self) -> str:
        """Address of the group's page."""
        return f"/groups/{self.slug}"

    @property
    def colour(self) -> int:
        """One of six colours."""
        return colour_of(self.id, self.shade)


_GROUP, _TIE = Group.__table__.c, Membership.__table__.c


def mine(viewer: Viewer) -> list[Mine]:
    """Give the groups that the viewer is in, archived ones too, by name: as when their tokens were read."""
    found: list[Mine] = viewer.known.get("groups", [])
    return found


def group_ids(viewer: Viewer) -> list[int]:
    """Give the ids of the groups that a viewer is in, from their tokens: no query."""
    return sorted(int(token.removeprefix("group:")) for token in viewer.tokens if token.startswith("group:"))


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of the groups that exist for a viewer."""
    invited = select(Membership.group_id).where(
        Membership.person_id == viewer.id, Membership.state == "invited",
    )  # fmt: skip
    return or_(by_right(viewer), Group.id.in_(invited))


def by_right(viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of the groups whose members a viewer may know: an invitation alone names nobody."""
    return or_(readable(Group.audience, viewer), Group.id.in_(group_ids(viewer)))


def find(session: Session, viewer: Viewer, slug: str) -> Group:
    """Give a group by its slug. Raises NotFound when it does not exist for this viewer."""
    group = session.scalars(select(Group).where(Group.slug == slug, visible(viewer))).first()
    if group is None:
        raise NotFound
    return group


def by_id(session: Session, viewer: Viewer, group_id: int) -> Group:
    """Give a group by its id. Raises NotFound as `find` does."""
    group = session.scalars(select(Group).where(Group.id == group_id, visible(viewer))).first()
    if group is None:
        raise NotFound
    return group


def membership(session: Session, group_id: int, person_id: int) -> Membership | None:
    """Give a person's tie to a group: active, asked or invited; None without one."""
    return session.get(Membership, (group_id, person_id))


def active(session: Session, viewer: Viewer, group_id: int) -> Membership | None:
    """Give the membership of a viewer; no query for who is no member, as their tokens say."""
    return membership(session, group_id, viewer.id) if viewer.holds(group_token(group_id)) else None


def _cards(viewer: Viewer) -> Any:
    mine = and_(Membership.group_id == Group.id, Membership.person_id == viewer.id)
    return (
        select(Group, Membership.state, Membership.seen_count)
        .outerjoin(Membership, mine)
        .where(visible(viewer))
    )


def _card(group: Any, state: str | None, seen: int | None) -> GroupCard:
    unread = max(0, group.post_count - (seen or 0)) if state == "active" else 0
    return GroupCard(
        group.id, group.slug, group.name, group.description, group.visibility, group.purpose,
        group.member_count, group.archived_at is not None, state or "", unread, group.shade, group.kind,
        group.cover_small,
    )  # fmt: skip


def card_of_group(group: Group, tie: Membership | None = None) -> GroupCard:
    """Give the card of a group for somebody with this tie to it, or none."""
    return _card(group, tie.state if tie else None, tie.seen_count if tie else None)


_MY_GROUPS = (
    select(Group.__table__, _TIE["state"].label("tie"), _TIE["seen_count"].label("seen"))
    .select_from(Membership.__table__.join(Group.__table__, _TIE["group_id"] == _GROUP["id"]))
    .where(
        _TIE["person_id"] == bindparam("person"), _TIE["state"] == "active", _GROUP["archived_at"].is_(None)
    )
    .order_by(_GROUP["post_count"] <= _TIE["seen_count"], _GROUP["name"])
    .limit(bindparam("size"))
)


def my_groups(session: Session, viewer: Viewer, limit: int = 200) -> list[GroupCard]:
    """Give the viewer's groups that are alive, unread ones first, then by name."""
    rows = session.execute(_MY_GROUPS, {"person": viewer.id, "size": limit})
    return [_card(row, row.tie, row.seen) for row in rows]


def directory(
    session: Session,
    viewer: Viewer,
    *,
    q: str = "",
    purpose: str = "",
    others: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = 20,
) -> list[GroupCard]:
    """Give `limit + 1` groups by name after a position, `others` than theirs; one more than asked for."""
    query = _cards(viewer).where(Group.archived_at.is_(None))
    if others:
        query = query.where(Group.id.not_in(group_ids(viewer)))
    if q:
        query = query.where(Group.folded.contains(fold(q), autoescape=True))
    if purpose:
        query = query.where(Group.purpose == purpose)
    if after:
        query = query.where(or_(Group.name > after[0], and_(Group.name == after[0], Group.id > after[1])))
    return [_card(*row) for row in session.execute(query.order_by(Group.name, Group.id).limit(limit + 1))]


_TO_DISCOVER = (
    select(Group.__table__)
    .where(_GROUP["visibility"] == "open", _GROUP["purpose"] == bindparam("purpose"))
    .where(_GROUP["archived_at"].is_(None), _GROUP["id"].not_in(MINE))
    .order_by(_GROUP["member_count"].desc(), _GROUP["id"])
    .limit(bindparam("size"))
)


def to_discover(session: Session, viewer: Viewer, purpose: str, limit: int = 3) -> list[GroupCard]:
    """Give the liveliest open groups that the viewer is not in."""
    if not viewer.is_employee:
        return []
    values = {"person": viewer.id, "purpose": purpose, "size": limit}
    return [_card(row, None, None) for row in session.execute(_TO_DISCOVER, values)]


def invitations(session: Session, viewer: Viewer) -> list[GroupCard]:
    """Give the groups that wait for the viewer's answer."""
    query = _cards(viewer).where(Membership.state == "invited", Group.archived_at.is_(None))
    return [_card(*row) for row in session.execute(query.order_by(Group.name))]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a group, or on the way in."""

    person: Card
    role: str
    state: str
    at: datetime


def members(
    session: Session,
    group_id: int,
    *,
    state: str = "active",
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[Member]:
    """Give `limit + 1` members by name; the caller has checked that the viewer may see the group."""
    query = (
        select(*COLUMNS, Membership.role, Membership.state, Membership.at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == group_id, Membership.state == state, Person.status == "active")
        .order_by(Person.sort_name, Person.id)
        .limit(limit + 1)
    )
    if after:
        later = and_(Person.sort_name == after[0], Person.id > after[1])
        query = query.where(or_(Person.sort_name > after[0], later))
    return [Member(card_of(row), row.role, row.state, row.at) for row in session.execute(query)]


def sort_key(session: Session, person_id: int) -> tuple[str, int]:
    """Give the position of a person in lists by name, for cursors."""
    return session.scalar(select(Person.sort_name).where(Person.id == person_id)) or "", person_id


def owners(session: Session, group_id: int) -> list[Card]:
    """Give the owners and moderators, owners first."""
    query = select(*COLUMNS).join(Membership, Membership.person_id == Person.id)
    query = query.where(
        Membership.group_id == group_id, Membership.state == "active", Membership.role != "member",
    ).order_by(Membership.role.desc(), Person.sort_name)  # fmt: skip
    return [card_of(row) for row in session.execute(query.limit(12))]


def inviter(session: Session, tie: Membership | None) -> str:
    """Give the name of who invited somebody that has not answered yet; "" otherwise."""
    if tie is None or tie.state != "invited":
        return ""
    return session.scalar(select(Person.display_name).where(Person.id == tie.invited_by)) or ""


def has_guests(session: Session, group_id: int) -> bool:
    """Tell whether people from outside the company are in the group."""
    query = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    query = query.where(Membership.group_id == group_id, Membership.state == "active", Person.kind == "guest")
    return session.scalar(query.limit(1)) is not None


def waiting(session: Session, group_id: int) -> int:
    """Count those who ask to enter."""
    query = select(func.count()).where(Membership.group_id == group_id, Membership.state == "asked")
    return session.scalar(query) or 0


def groups_of(session: Session, viewer: Viewer, person_id: int) -> list[GroupCard]:
    """Give the groups of a person that exist for the viewer, for a profile."""
    theirs = select(Membership.group_id).where(
        Membership.person_id == person_id, Membership.state == "active"
    )
    query = _cards(viewer).where(by_right(viewer), Group.id.in_(theirs), Group.archived_at.is_(None))
    return [_card(*row) for row in session.execute(query.order_by(Group.name).limit(50))]


def brief(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, str, int]]:
    """Give {id: (slug, name, visibility, version)} for what stands in groups; rights are the caller's."""
    if not ids:
        return {}
    query = select(Group.id, Group.slug, Group.name, Group.visibility, Group.version).where(
        Group.id.in_(set(ids))
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in session.execute(query)}


def by_login(session: Session, viewer: Viewer, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """Give (ids of the people with these logins or addresses, names that fit nobody visible)."""
    seen = readable_people(Person.audience, Person.id, viewer)
    known = or_(Person.uid.in_(names), Person.email.in_(names))
    rows = session.execute(
        select(Person.id, Person.uid, Person.email).where(known, seen, Person.status == "active")
    )
    found = {key: row.id for row in rows for key in (row.uid, row.email)}
    return list({found[n]: None for n in names if n in found}), [n for n in names if n not in found]


def reads_posts(session: Session, viewer: Viewer, group_id: int) -> ColumnElement[bool]:
    """Give the criterion of the people who read a group's posts: those who may be mentioned in it."""
    group = session.scalars(select(Group).where(Group.id == group_id, by_right(viewer))).first()
    if group is None or group.posts_audience == EVERYONE:
        return true()
    return Person.id.in_(
        select(Membership.person_id).where(Membership.group_id == group_id, Membership.state == "active")
    )


def card(session: Session, viewer: Viewer, group: Group) -> GroupCard:
    """Give the card of a loaded group."""
    return card_of_group(group, membership(session, group.id, viewer.id))
