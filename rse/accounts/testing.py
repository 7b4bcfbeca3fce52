"""The test sign-in of an administrator: everything a sign-in does, and nobody is made or signed in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts import attributes, once, service, states
from rse.accounts.attributes import Identity
from rse.accounts.connections import Connection, Ways
from rse.accounts.models import SignInReport, SignInRequest
from rse.accounts.saml_checks import Check, Examined, examine
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_metadata import ServiceProvider
from rse.accounts.tokens import digest, same_token

REPORT_LIFE = timedelta(minutes=15)
MAX_SHOWN = 40  # values of one attribute


@dataclass(frozen=True)
class Ask:
    """What an answer is read with: who we are, who may answer, and the time."""

    sp: ServiceProvider
    ways: Ways
    now: datetime


def report(session: Session, ask: Ask, asked: SignInRequest, encoded: str) -> str:
    """Examine the answer to a test and keep what was seen; gives the secret that opens the report.

    Raises Refused when the request was answered already, or its provider is not known any more.
    """
    way, now = ask.ways.find(asked.idp), ask.now
    if way is None:
        raise Refused("issuer", "the identity provider is not in use any more")
    once.use_request(session, asked.id, now)
    seen = examine(ask.sp, way, encoded, asked.id, now)
    checks = [*seen.checks, _replay(session, seen)]
    if seen.signed:
        states.answered(session, way.entity_id, seen.issued, now)
    result = _outcome(session, way, seen, ask.ways.in_use)
    checks.append(Check("account", *result.pop("account_check")))
    content: dict[str, Any] = {
        "slug": way.slug,
        "owner_hash": asked.owner_hash,
        "name_id": seen.name_id,
        "name_id_format": seen.name_id_format,
        "clock_difference": seen.issued and round((seen.issued - now).total_seconds()),
        "sent": {name: list(values[:MAX_SHOWN]) for name, values in (seen.attributes or {}).items()},
        "sources": attributes.sources(seen.attributes or {}, way.mapping),
        "checks": [[one.key, one.passed, one.code, one.detail] for one in checks],
    }
    return keep(session, asked, content | result, now)


def keep(session: Session, asked: SignInRequest, content: dict[str, Any], now: datetime) -> str:
    """Keep a report for the administrator who asked, for a quarter of an hour; gives its secret."""
    session.execute(delete(SignInReport).where(SignInReport.expires_at <= now))
    token = secrets.token_urlsafe(32)
    values = {"token_hash": digest(token), "person_id": asked.tester_id, "content": content}
    session.execute(insert(SignInReport).values(**values, expires_at=now + REPORT_LIFE))
    return token


def _replay(session: Session, seen: Examined) -> Check:
    if seen.assertion is None:
        return Check("replay", passed=None)
    try:
        with session.begin_nested():
            once.use_assertion(session, seen.assertion)
    except Refused as refusal:
        return Check("replay", passed=False, code=refusal.code, detail=refusal.detail)
    return Check("replay", passed=True)


def _outcome(session: Session, way: Connection, seen: Examined, in_use: frozenset[str]) -> dict[str, Any]:
    """Tell what a sign-in would have made of it: fields, roles, groups, account."""
    if seen.assertion is None:
        return {"account_check": (None,)}
    found = seen.assertion
    identity = way.identify(found.name_id, found.attributes, found.session_until)
    return outcome(session, way, identity, in_use)


def outcome(session: Session, way: Connection, identity: Identity, in_use: frozenset[str]) -> dict[str, Any]:
    """Tell what a sign-in would make of an identity that was checked; for every protocol."""
    rules = way.rules(in_use)
    mapped = {name: getattr(identity, name) for name in attributes.KNOWN if name != "roles"}
    said: dict[str, Any] = {
        "mapped": {name: value for name, value in mapped.items() if value is not None},
        "roles": sorted(frozenset(identity.roles) & rules.roles),
        "groups": list(identity.groups),
    }
    try:
        what, person = service.foresee(session, identity, rules)
    except Refused as refusal:
        return said | {"account_check": (False, refusal.code, refusal.detail)}
    return said | {
        "account_check": (True,),
        "account": what,
        "person": person.display_name if person else identity.shown_name,
    }


def read(session: Session, token: str, person_id: int, owner: str, now: datetime) -> dict[str, Any] | None:
    """Give a report to the administrator who asked for it, in the browser that asked; None otherwise."""
    row = session.scalar(select(SignInReport).where(SignInReport.token_hash == digest(token)))
    if row is None or row.person_id != person_id or row.expires_at <= now or not owner:
        return None
    return row.content if same_token(digest(owner), str(row.content.get("owner_hash"))) else None
