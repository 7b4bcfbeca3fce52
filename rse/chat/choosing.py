"""Whom somebody may write to: the people they know."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core.audience import Viewer, readable_people


def reachable(session: Session, viewer: Viewer, ids: Iterable[int]) -> set[int]:
    """Give which of these people the viewer may write to: active, and known to them."""
    query = select(Person.id).where(
        Person.id.in_(list(ids)),
        Person.status == "active",
        Person.kind != "service",
        readable_people(Person.audience, Person.id, viewer),
    )
    return set(session.scalars(query))


def known_cards(
    session: Session, viewer: Viewer, *, q: str = "", ids: Sequence[int] | None = None, limit: int = 12
) -> list[Card]:
    """Give people whom the viewer may write to, by name: those with these ids, or whose name holds `q`."""
    query = select(*COLUMNS).where(
        Person.status == "active",
        Person.kind != "service",
        Person.id != viewer.id,
        readable_people(Person.audience, Person.id, viewer),
    )
    if ids is not None:
        query = query.where(Person.id.in_(list(ids)))
    else:
        for word in q.split()[:4]:
            like = or_(
                Person.display_name.icontains(word, autoescape=True),
                Person.sort_name.contains(fold(word), autoescape=True),
                Person.uid.istartswith(word, autoescape=True),
            )
            query = query.where(like)
        query = query.limit(limit)
    return [card_of(row) for row in session.execute(query.order_by(Person.sort_name, Person.id))]
