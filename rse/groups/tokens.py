"""The tokens that follow from memberships: of one person for a request, of many for their sockets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from rse.core.audience import group_token, person_token
from rse.groups.models import Membership

_TIE = Membership.__table__.c
MINE = select(_TIE["group_id"]).where(_TIE["person_id"] == bindparam("person"), _TIE["state"] == "active")


def tokens(session: Session, person_id: int, kind: str) -> Iterable[str]:
    """Give the tokens that follow from memberships; guests also get those of the people beside them."""
    ids = session.scalars(MINE, {"person": person_id}).all()
    found = [group_token(group_id) for group_id in ids]
    if kind == "guest" and ids:
        beside = select(Membership.person_id).where(
            Membership.group_id.in_(ids), Membership.state == "active"
        )
        found += [person_token(other) for other in session.scalars(beside.distinct())]
    return found


def tokens_of(session: Session, kinds: Mapping[int, str]) -> Mapping[int, Collection[str]]:
    """Give the same for many people at once, {id: kind}; two queries."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    theirs = select(Membership.person_id, Membership.group_id)
    theirs = theirs.where(Membership.person_id.in_(kinds), Membership.state == "active")
    for person_id, group_id in session.execute(theirs):
        found[person_id].add(group_token(group_id))
    guests = [person_id for person_id, kind in kinds.items() if kind == "guest"]
    if guests:
        mine, other = aliased(Membership), aliased(Membership)
        beside = select(mine.person_id, other.person_id).join(other, other.group_id == mine.group_id)
        beside = beside.where(mine.person_id.in_(guests), mine.state == "active", other.state == "active")
        for person_id, known in session.execute(beside):
            found[person_id].add(person_token(known))
    return found
