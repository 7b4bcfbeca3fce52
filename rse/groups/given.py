"""Memberships that an identity provider brings, by the grants that an administrator has written for it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.events import SignedIn
from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.core.policy import Invalid
from rse.groups import queries, service
from rse.groups.models import Group


def follow(session: Session, events: Sequence[SignedIn]) -> None:
    """Put people into the groups that their provider names, and out of those that it takes away."""
    for event in events:
        gained, lost = _slugs(event, "groups"), _slugs(event, "groups_lost")
        if gained or lost:
            _follow_one(session, event.person_id, gained, lost)


def _slugs(event: SignedIn, name: str) -> frozenset[str]:
    found = event.attributes.get(name)
    return frozenset(map(str, found)) if isinstance(found, Iterable) else frozenset()


def _follow_one(session: Session, person_id: int, gained: frozenset[str], lost: frozenset[str]) -> None:
    guest = session.scalar(select(Person.kind).where(Person.id == person_id)) == "guest"
    query = select(Group).where(Group.slug.in_(gained | lost), Group.archived_at.is_(None))
    for group in session.scalars(query.order_by(Group.id)).all():
        tie = queries.membership(session, group.id, person_id)
        inside = tie is not None and tie.state == "active"
        if group.slug in gained and not inside:
            if guest and group.visibility == "open":
                continue  # guests enter closed and secret groups only
            service.enter(session, group, person_id)
            _note(session, "group.given", group, person_id)
        elif group.slug in lost and inside and _left(session, group, person_id):
            _note(session, "group.taken", group, person_id)


def _left(session: Session, group: Group, person_id: int) -> bool:
    """Take somebody out, unless the group would have no owner left."""
    viewer = viewer_of_person(session, person_id)
    if viewer is None:
        return False
    try:
        service.leave(session, viewer, group)
    except Invalid:
        return False
    return True


def _note(session: Session, action: str, group: Group, person_id: int) -> None:
    audit.record(session, action, actor_id=None, target=f"person:{person_id}", group=group.slug)
