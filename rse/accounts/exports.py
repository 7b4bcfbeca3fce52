"""A person's sessions and tokens in their own export, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as DbSession

from rse.accounts.models import (
    ApiToken,
    GuestStay,
    Person,
    Session,
    SignInLink,
    SignInReport,
    SignInRequest,
)
from rse.core.api import IdempotencyKey
from rse.core.feature import Export


def rows(session: DbSession, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give when a person signed in and which tokens they have; no secret."""
    signed_in = select(Session.created_at, Session.seen_at, Session.expires_at, Session.user_agent)
    yield from (r._asdict() for r in session.execute(signed_in.where(Session.person_id == person_id)))
    tokens = select(ApiToken.name, ApiToken.scope, ApiToken.created_at, ApiToken.expires_at, ApiToken.used_at)
    yield from (r._asdict() for r in session.execute(tokens.where(ApiToken.person_id == person_id)))
    stay = select(GuestStay.ends_on, Person.display_name.label("sponsor"))
    stay = stay.outerjoin(Person, Person.id == GuestStay.sponsor_id).where(GuestStay.person_id == person_id)
    yield from (r._asdict() for r in session.execute(stay))


def erase(session: DbSession, person_id: int) -> None:
    """End every session and token. The audit log keeps ids only, for as long as the law asks."""
    session.execute(delete(Session).where(Session.person_id == person_id))
    session.execute(delete(ApiToken).where(ApiToken.person_id == person_id))
    session.execute(delete(GuestStay).where(GuestStay.person_id == person_id))
    sponsored = update(GuestStay).where(GuestStay.sponsor_id == person_id)
    session.execute(sponsored.values(sponsor_id=None))
    for table in (SignInReport, SignInLink, IdempotencyKey):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(delete(SignInRequest).where(SignInRequest.tester_id == person_id))


export = Export("accounts", rows, erase)
