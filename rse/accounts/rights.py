"""The audience tokens that people hold, for many at once: their sockets are looked after all the time."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.among import among
from rse.core.audience import base_tokens
from rse.core.web import registry


def tokens_of(session: Session, person_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Give the tokens that active people hold now: those of their viewers, for many in a few queries."""
    query = select(Person.id, Person.kind, Person.roles)
    rows = session.execute(
        query.where(among(session, Person.id, person_ids), Person.status == "active")
    ).all()
    found = {row.id: base_tokens(row.id, row.kind, row.roles or ()) for row in rows}
    more = features_tokens(session, {row.id: row.kind for row in rows})
    return {person_id: frozenset(tokens | more[person_id]) for person_id, tokens in found.items()}


def features_tokens(session: Session, kinds: Mapping[int, str]) -> dict[int, set[str]]:
    """Give the tokens that features give people, {id: kind}: together where a feature can."""
    found: dict[int, set[str]] = {person_id: set() for person_id in kinds}
    for feature in registry().features:
        if feature.tokens_of:
            for person_id, more in feature.tokens_of(session, kinds).items():
                found[person_id].update(more)
        elif feature.tokens:
            for person_id, kind in kinds.items():
                found[person_id].update(feature.tokens(session, person_id, kind, {}))
    return found
