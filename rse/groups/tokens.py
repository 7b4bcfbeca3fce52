"""The tokens that follow from memberships: of one person for a request, of many for their sockets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session, aliased

from rse.core.among import among
from rse.core.audience import group_token, person_token
from rse.groups.models import Group, Membership

COLOURS = 6
_GROUP, _TIE = Group.__table__.c, Membership.__table__.c
MINE = select(_TIE["group_id"]).where(_TIE["person_id"] == bindparam("person"), _TIE["state"] == "active")


def colour_of(group_id: int, shade: int | None = None) -> int:
    """Give the one of six colours that was chosen, else one by the group's id."""
    return (group_id >> 7) % COLOURS if shade is None else shade % COLOURS


class Mine(NamedTuple):
    """A group that the viewer is in, as every page needs it: somebody may be in hundreds."""

    id: int
    slug: str
    name: str
    visibility: str
    people: int
    role: str
    archived: bool
    unread: int
    shade: int | None = None

    @property
    def href(self) -> str:
        """Address of the group's page."""
        return f"/groups/{self.slug}"

    @property
    def colour(self) -> int:
        """One of six colours."""
        return colour_of(self.id, self.shade)


_FRESH = case((_GROUP["post_count"] > _TIE["seen_count"], _GROUP["post_count"] - _TIE["seen_count"]), else_=0)
# What every page shows is built once: building a statement costs more than running it.
_TIES = (
    select(
        *(_GROUP[name] for name in ("id", "slug", "name", "visibility", "member_count")), _TIE["role"],
        _GROUP["archived_at"].is_not(None), _FRESH, _GROUP["shade"],
    )
    .select_from(Membership.__table__.join(Group.__table__, _TIE["group_id"] == _GROUP["id"]))
    .where(_TIE["person_id"] == bindparam("person"), _TIE["state"] == "active")
    .order_by(_GROUP["name"])
)  # fmt: skip


def tokens(session: Session, person_id: int, kind: str, known: dict[str, Any]) -> Iterable[str]:
    """Give the tokens that follow from memberships; guests also get those of the people beside them.

    The groups themselves are kept in `known` (see `queries.mine`): pages show them without another query.
    """
    rows: Sequence[Any] = session.connection().execute(_TIES, {"person": person_id}).all()
    known["groups"] = [Mine._make(row) for row in rows]
    ids = [row.id for row in rows]
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
    theirs = theirs.where(among(session, Membership.person_id, kinds), Membership.state == "active")
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


def sidebar(mine: Sequence[Mine], limit: int) -> list[Mine]:
    """Give the groups that are alive, unread ones first, then by name."""
    living = (group for group in mine if not group.archived)
    return sorted(living, key=lambda group: not group.unread)[:limit]
