"""The link that lets one administrator in when no identity provider does: made on the server, used once."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, delete, exists, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from rse.accounts import audit, names, queries, service
from rse.accounts.models import Person, SignInLink
from rse.accounts.saml_guard import Refused
from rse.accounts.tokens import digest
from rse.core import clock

LIFE = timedelta(minutes=15)
KEEP = timedelta(days=30)
SESSION_LIFE = timedelta(hours=8)


def make(session: Session, person: Person, now: datetime) -> str:
    """Make a link's secret for an administrator, good once and for 15 minutes. Raises Refused."""
    _require_administrator(person)
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - KEEP))
    token = secrets.token_urlsafe(32)
    values = {"token_hash": digest(token), "person_id": person.id, "expires_at": now + LIFE}
    session.execute(insert(SignInLink).values(**values))
    audit.record(session, "breakglass.link", target=f"person:{person.id}")
    return token


def first_administrator(session: Session, email: str, name: str) -> Person:
    """Make the account of the first administrator of a new installation. Raises Refused once there is one."""
    holds = type_coerce(Person.roles, String(200)).contains(" admin ")
    if session.scalar(select(exists().where(holds, Person.status == "active"))):
        raise Refused("not_administrator", "there is an administrator already")
    if queries.person_by_email(session, email) is not None:
        raise Refused("email_taken", "give this account the role instead")
    given, _space, family = name.strip().partition(" ")
    person = Person(
        uid=service.free_uid(session, email),
        email=email.strip().lower(),
        given_name=given[:100],
        family_name=family[:100],
        display_name=name.strip()[:200],
        sort_name=names.sort_name(family, given, name),
        roles=frozenset({"admin"}),
        created_at=clock.now(),
    )
    session.add(person)
    session.flush()
    audit.record(session, "person.create", target=f"person:{person.id}", by="breakglass")
    return person


def _require_administrator(person: Person) -> None:
    if person.status != "active" or "admin" not in person.roles:
        raise Refused("not_administrator", f"person:{person.id}")


def holder(session: Session, token: str, now: datetime) -> Person:
    """Give whom a link would let in. Raises Refused when it is unknown, used or too old."""
    link = session.scalar(select(SignInLink).where(SignInLink.token_hash == digest(token)))
    if link is None or link.used_at is not None:
        raise Refused("used", "no such link, or it was used")
    if link.expires_at <= now:
        raise Refused("expired", "the link is too old")
    person = session.get_one(Person, link.person_id)
    _require_administrator(person)
    return person


def use(session: Session, token: str, now: datetime, address: str) -> Person:
    """Use a link up, whoever else tries at the same time, and give whom it lets in. Raises Refused."""
    person = holder(session, token, now)
    mine = update(SignInLink).where(SignInLink.token_hash == digest(token), SignInLink.used_at.is_(None))
    if session.scalar(mine.values(used_at=now).returning(SignInLink.token_hash)) is None:
        raise Refused("used", "no such link, or it was used")
    audit.record(
        session, "breakglass.used", actor_id=person.id, target=f"person:{person.id}", address=address
    )
    person.signed_in_at = now
    session.flush()
    return person
