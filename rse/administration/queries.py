"""What administrators read of accounts: who there is, who holds which role. Nobody's activity is among it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from rse.accounts import keepers
from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import ROLES, ApiToken, Person
from rse.accounts.models import Session as Signed
from rse.core.policy import NotFound
from rse.people.listing import named

STATES = ("active", "deactivated", "guests", "never")
HOLDERS = 50  # people shown for a role before "and so many more"


@dataclass(frozen=True)
class Wanted:
    """How the list of people is narrowed; empty texts narrow nothing."""

    q: str = ""
    state: str = ""
    role: str = ""

    def criteria(self) -> list[ColumnElement[bool]]:
        """Give the criteria of the list."""
        found: list[ColumnElement[bool]] = []
        if self.q.strip():
            found.append(or_(named(self.q), Person.email.startswith(self.q.strip().lower(), autoescape=True)))
        if self.state in {"active", "deactivated"}:
            found.append(Person.status == self.state)
        if self.state == "guests":
            found.append(Person.kind == "guest")
        if self.state == "never":
            found += [Person.signed_in_at.is_(None), Person.status == "active", Person.kind != "service"]
        if self.role == "manager":
            found.append(Person.is_manager.is_(True))
        elif self.role:
            found.append(keepers.holding(self.role))
        return found


@dataclass(frozen=True)
class Row:
    """A line of the list of people."""

    card: Card
    email: str
    roles: frozenset[str]
    sort_name: str


def people(session: Session, wanted: Wanted, after: tuple[str, int] | None, limit: int) -> list[Row]:
    """Give `limit + 1` people by name after a position."""
    query = select(*COLUMNS, Person.email, Person.roles, Person.sort_name).where(*wanted.criteria())
    if after:
        later = and_(Person.sort_name == after[0], Person.id > after[1])
        query = query.where(or_(Person.sort_name > after[0], later))
    rows = session.execute(query.order_by(Person.sort_name, Person.id).limit(limit + 1))
    return [Row(card_of(row), row.email, row.roles, row.sort_name) for row in rows]


def counts(session: Session) -> dict[str, int]:
    """Give how many people each state of the list holds; "" is everybody. One index answers, part by part."""
    of: dict[str, Sequence[ColumnElement[bool]]] = {
        state: Wanted(state=state).criteria() for state in STATES[1:]
    }
    of["guests"] = [Person.status.in_(STATES[:2]), *of["guests"]]
    of["never"] = [*of["never"], Person.kind.in_(("employee", "guest"))]
    numbers = [
        select(func.count()).select_from(Person).where(*criteria).scalar_subquery()
        for criteria in of.values()
    ]
    everybody = select(func.count()).select_from(Person).scalar_subquery()
    total, *found = session.execute(select(everybody, *numbers)).one()
    by_state: dict[str, int] = dict(zip(of, found, strict=True))
    return {"": total, "active": total - by_state["deactivated"], **by_state}


def person(session: Session, person_id: int) -> Person:
    """Give a person. Raises NotFound."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Browser:
    """That somebody is signed in somewhere: with which kind of browser, since when. Not when it was used."""

    id: int
    user_agent: str
    created_at: datetime
    expires_at: datetime


def browsers(session: Session, person_id: int, now: datetime) -> list[Browser]:
    """Give the sessions of a person that have not ended, the newest first."""
    query = select(Signed.id, Signed.user_agent, Signed.created_at, Signed.expires_at)
    query = query.where(Signed.person_id == person_id, Signed.expires_at > now)
    return [Browser(*row) for row in session.execute(query.order_by(Signed.created_at.desc(), Signed.id))]


def tokens(session: Session, person_id: int) -> Sequence[Any]:
    """Give the tokens of a person, the newest first; no secret is kept."""
    columns = (ApiToken.id, ApiToken.name, ApiToken.scope, ApiToken.created_at, ApiToken.expires_at)
    query = select(*columns).where(ApiToken.person_id == person_id)
    return session.execute(query.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


@dataclass(frozen=True)
class Token:
    """A token of somebody; when it was used is shown to its owner alone."""

    id: int
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    card: Card


def all_tokens(session: Session, before: int | None, limit: int) -> list[Token]:
    """Give `limit + 1` tokens of everybody, the newest first, older than a position."""
    columns = (ApiToken.name, ApiToken.scope, ApiToken.created_at.label("made"), ApiToken.expires_at)
    query = select(*COLUMNS, ApiToken.id.label("token"), *columns)
    query = query.join(ApiToken, ApiToken.person_id == Person.id)
    if before is not None:
        query = query.where(ApiToken.id < before)
    rows = session.execute(query.order_by(ApiToken.id.desc()).limit(limit + 1))
    return [Token(r.token, r.name, r.scope, r.made, r.expires_at, card_of(r)) for r in rows]


@dataclass(frozen=True)
class Holders:
    """Who holds a role: the first of them by name, and how many there are."""

    role: str
    people: list[Card]
    count: int


def holders(session: Session) -> list[Holders]:
    """Give the active holders of each role, in their order: one query, and one for each role of many."""
    first = [_first_of(role).subquery() for role in ROLES]
    cards: dict[str, list[Card]] = {role: [] for role in ROLES}
    for row in session.execute(union_all(*map(select, first)).order_by("sort_name", "id")):
        cards[row.role].append(card_of(row))
    many = [role for role in ROLES if len(cards[role]) == HOLDERS]
    counts = {role: _holding(session, role) for role in many}
    return [Holders(role, cards[role], counts.get(role, len(cards[role]))) for role in ROLES]


def _holding(session: Session, role: str) -> int:
    held = (keepers.holding(role), Person.status == "active")
    return session.scalar(select(func.count()).select_from(Person).where(*held)) or 0


def _first_of(role: str) -> Any:
    held = (keepers.holding(role), Person.status == "active")
    query = select(*COLUMNS, Person.sort_name, literal(role).label("role")).where(*held)
    return query.order_by(Person.sort_name, Person.id).limit(HOLDERS)


def managers(session: Session) -> int:
    """Count those to whom somebody reports."""
    query = select(func.count()).select_from(Person).where(Person.is_manager, Person.status == "active")
    return session.scalar(query) or 0


def by_account(session: Session) -> dict[str, int]:
    """Count the active people who are a member, or a guest, by their account and not by a role given here."""
    query = select(Person.kind, func.count().label("many")).where(Person.status == "active")
    kinds = {row.kind: row.many for row in session.execute(query.group_by(Person.kind))}
    return {"member": kinds.get("employee", 0), "guest": kinds.get("guest", 0)}
