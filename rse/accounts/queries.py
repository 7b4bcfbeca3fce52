"""Reads about identity: persons by what they are called, sessions of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.models import Session as Signed


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that a person is signed in with."""

    id: int
    user_agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def person_by_key(session: Session, idp: str, name_id: str) -> Person | None:
    """Give the person that an identity provider knows by that NameID."""
    return session.scalar(select(Person).where(Person.idp == idp, Person.name_id == name_id))


def person_by_uid(session: Session, uid: str) -> Person | None:
    """Give the person with that login, whatever its case."""
    same = session.scalar(select(Person).where(Person.uid == uid))  # nearly always, and by the index
    return same or session.scalar(select(Person).where(func.lower(Person.uid) == uid.lower()).limit(1))


def person_by_email(session: Session, email: str) -> Person | None:
    """Give the person with that address; addresses are kept in lower case."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def uids_like(session: Session, stem: str) -> set[str]:
    """Give the logins that begin with `stem`, lower case."""
    query = select(func.lower(Person.uid)).where(func.lower(Person.uid).startswith(stem, autoescape=True))
    return set(session.scalars(query))


def open_sessions(session: Session, person_id: int, now: datetime, idle: timedelta) -> Sequence[OpenSession]:
    """Give the standing sessions of a person, last used first; `idle` is how long one may lie unused."""
    columns = (Signed.id, Signed.user_agent, Signed.created_at, Signed.seen_at, Signed.expires_at)
    mine = (Signed.person_id == person_id, Signed.expires_at > now, Signed.seen_at > now - idle)
    rows = session.execute(select(*columns).where(*mine).order_by(Signed.seen_at.desc(), Signed.id.desc()))
    return [OpenSession(*row) for row in rows]


def session_row(session: Session, session_id: int | None) -> Signed | None:
    """Give the row of a session: whose it is, and how its identity provider calls it."""
    return session.get(Signed, session_id) if session_id is not None else None
