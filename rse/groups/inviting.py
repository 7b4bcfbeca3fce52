"""Inviting many at once: a department, or whoever is given a link, until its last day."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit_all
from rse.core.i18n import _, lazy
from rse.core.policy import Action, Invalid, NotFound, require
from rse.core.retention import Keep, of_rows
from rse.groups import policy, queries, service
from rse.groups.events import Invited
from rse.groups.models import Group, GroupLink, Membership
from rse.people.models import Department, Profile

MOST = 500  # people of a department invited at once
LINKS = 10  # of one group, at a time
DAYS = (1, 7, 30, 90)  # for which a link may hold


def departments(session: Session) -> list[tuple[int, str]]:
    """Give (id, path) of the departments that there are now."""
    query = select(Department.id, Department.path).where(Department.ended_on.is_(None))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Department.path))]


def invite_department(session: Session, viewer: Viewer, group: Group, department_id: int) -> int:
    """Invite the employees of a department, and of those below it, who have no tie to the group yet.

    Gives how many. Raises Refused but for those who look after the group, NotFound, Invalid for too many.
    """
    _require_staff(session, viewer, group)
    top = session.get(Department, department_id)
    if top is None or top.ended_on is not None:
        raise NotFound
    below = or_(Department.id == top.id, Department.path.startswith(f"{top.path} / ", autoescape=True))
    tied = select(Membership.person_id).where(Membership.group_id == group.id)
    query = (
        select(Person.id)
        .join(Profile, Profile.person_id == Person.id)
        .join(Department, Department.id == Profile.department_id)
        .where(below, Person.status == "active", Person.kind == "employee", Person.id.not_in(tied))
        .order_by(Person.id)
    )
    people = session.scalars(query.limit(MOST + 1)).all()
    if len(people) > MOST:
        raise Invalid(department=_("That is more than %(n)s people: choose a smaller department.", n=MOST))
    now = clock.now()
    same = {"group_id": group.id, "role": "member", "state": "invited", "invited_by": viewer.id, "at": now}
    if people:
        rows = [{**same, "person_id": person_id, "seen_count": 0} for person_id in people]
        session.execute(insert(Membership), rows)
        emit_all(session, [Invited(group.id, person_id, viewer.id) for person_id in people])
    return len(people)


def _require_staff(session: Session, viewer: Viewer, group: Group) -> None:
    service.require_staff(session, viewer, group)
    reason = _("This group is archived: it can be read, but not written to.")
    require(group.archived_at is None, Action.INVITE, reason)


def links(session: Session, group_id: int) -> Sequence[GroupLink]:
    """Give the links into a group that still hold, those that end first before."""
    query = select(GroupLink).where(GroupLink.group_id == group_id, GroupLink.ends_at > clock.now())
    return session.scalars(query.order_by(GroupLink.ends_at, GroupLink.id)).all()


def make_link(session: Session, viewer: Viewer, group: Group, days: int) -> GroupLink:
    """Make a link by which colleagues enter a group for some days. Raises Refused, Invalid."""
    _require_staff(session, viewer, group)
    if days not in DAYS:
        raise Invalid(days=_("Choose for how long."))
    if len(links(session, group.id)) >= LINKS:
        raise Invalid(days=_("There are ten links already: end one of them first."))
    now = clock.now()
    made = GroupLink(
        group_id=group.id, key=secrets.token_urlsafe(24), by_id=viewer.id, at=now,
        ends_at=now + timedelta(days=days), entered=0,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, "group.link", actor_id=viewer.id, target=f"group:{group.id}", days=days)
    return made


def end_link(session: Session, viewer: Viewer, group: Group, link_id: int) -> None:
    """Let a link lead nowhere from now on. Raises Refused, NotFound."""
    service.require_staff(session, viewer, group)
    held = session.get(GroupLink, link_id)
    if held is None or held.group_id != group.id:
        raise NotFound
    session.delete(held)
    session.flush()


def opened(session: Session, viewer: Viewer, key: str) -> tuple[GroupLink, Group]:
    """Give what a link leads to. Raises NotFound for guests, after its end, and where there is none."""
    query = select(GroupLink, Group).join(Group, Group.id == GroupLink.group_id)
    query = query.where(GroupLink.key == key, GroupLink.ends_at > clock.now(), Group.archived_at.is_(None))
    row = session.execute(query).first()
    if row is None or not viewer.is_employee:
        raise NotFound
    return row[0], row[1]


def enter(session: Session, viewer: Viewer, key: str) -> Group:
    """Enter a group by its link. Raises NotFound as `opened` does."""
    link, group = opened(session, viewer, key)
    if not policy.is_member(queries.membership(session, group.id, viewer.id)):
        link.entered += 1
        service.enter(session, group, viewer.id)
    return group


KEEPS = (
    Keep(
        "group_links", lazy("Links into groups that have ended"),
        lazy("They lead nowhere; they say who made them and how many came by them."),
        30, 1, 365, of_rows(GroupLink.ends_at),
    ),
)  # fmt: skip
