"""The way of one sign-in through the database: question, answer, ticket. No browser in sight.

The browser that begins owns the question by a secret in a cookie (stored hashed); the answer arrives without
any cookie, so it only buys a ticket, and the ticket is worth something in that same browser alone.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.accounts import saml
from rse.accounts.attributes import Identity, to_identity
from rse.accounts.models import SeenAssertion, SignInRequest, SignInTicket
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import read_instant
from rse.accounts.saml_metadata import IdentityProvider, ServiceProvider
from rse.accounts.tokens import digest, same_token

REQUEST_LIFE = timedelta(minutes=15)
TICKET_LIFE = timedelta(minutes=2)
KEEP = timedelta(days=1)  # how long what is over stays, to tell "used" from "unknown"
DRIFT = timedelta(minutes=10)  # more than the toolkit allows clocks to differ
MAX_NEXT = 2000
OURS = ("/saml/", "/signin", "/logout")
Mapped = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Arrival:
    """Somebody who has come in: who, and where they wanted to go."""

    identity: Identity
    next: str


def safe_next(wanted: str | None) -> str:
    """Give the path of ours to go to after signing in; `/` for anything that is not plainly one."""
    path = wanted or "/"
    plain = path.startswith("/") and path[1:2] not in {"/", "\\"} and "\\" not in path
    if not plain or len(path) > MAX_NEXT or any(c.isspace() or not c.isprintable() for c in path):
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    ours = not parts.scheme and not parts.netloc and not path.startswith(OURS)
    return path if ours else "/"


def begin(
    session: Session, sp: ServiceProvider, idp: IdentityProvider, *, owner: str, wanted: str, now: datetime
) -> str:
    """Keep a question owned by the secret `owner` and give the address that asks it."""
    session.execute(delete(SignInRequest).where(SignInRequest.expires_at < now - KEEP))
    session.execute(delete(SeenAssertion).where(SeenAssertion.expires_at < now - KEEP))
    relay_state = secrets.token_urlsafe(24)
    redirect = saml.start_sign_in(sp, idp, relay_state, now)
    values = {
        "id": redirect.id,
        "relay_state": relay_state,
        "owner_hash": digest(owner),
        "idp": idp.entity_id,
        "next": safe_next(wanted),
        "created_at": now,
        "expires_at": now + REQUEST_LIFE,
    }
    session.execute(insert(SignInRequest).values(**values))
    return redirect.url


def accept(
    session: Session,
    sp: ServiceProvider,
    provider_of: Callable[[str], IdentityProvider | None],
    posted: Mapping[str, str],
    *,
    mapping: Mapped,
    now: datetime,
) -> str:
    """Check an answer (SAMLResponse, RelayState as posted) and give a one-time ticket. Raises Refused."""
    encoded = posted.get("SAMLResponse", "")
    asked = _question(session, saml.in_response_to(encoded), now)
    if not same_token(posted.get("RelayState", ""), asked.relay_state):
        raise Refused("relay_state", "the answer does not carry the key of its request")
    idp = provider_of(asked.idp)
    if idp is None:
        raise Refused("issuer", "the identity provider is not configured any more")
    assertion = saml.read_response(sp, idp, encoded, asked.id, now)
    _spend(session, asked.id, assertion, now)
    identity = to_identity(
        assertion.issuer, assertion.name_id, assertion.attributes, mapping, assertion.session_until
    )
    ticket = secrets.token_urlsafe(32)
    values = {"token_hash": digest(ticket), "request_id": asked.id, "identity": _plain(identity)}
    session.execute(insert(SignInTicket).values(**values, expires_at=now + TICKET_LIFE))
    return ticket


def _question(session: Session, request_id: str, now: datetime) -> SignInRequest:
    asked = session.scalar(select(SignInRequest).where(SignInRequest.id == request_id[:80]))
    if asked is None:
        raise Refused("in_response_to", "no such request")
    if asked.used_at is not None:
        raise Refused("used", "the request was answered already")
    if asked.expires_at <= now:
        raise Refused("expired", "the request is too old")
    return asked


def _spend(session: Session, request_id: str, assertion: saml.Assertion, now: datetime) -> None:
    """Use up the request and the assertion, whoever else tries at the same time."""
    mine = update(SignInRequest).where(SignInRequest.id == request_id, SignInRequest.used_at.is_(None))
    if session.scalar(mine.values(used_at=now).returning(SignInRequest.id)) is None:
        raise Refused("used", "the request was answered already")
    seen = {"idp": assertion.issuer, "id": assertion.id[:254], "expires_at": assertion.until + DRIFT}
    try:
        session.execute(insert(SeenAssertion).values(**seen))
    except IntegrityError as error:
        raise Refused("replay", "the assertion was accepted before") from error


def redeem(session: Session, ticket: str, owner: str, now: datetime) -> Arrival:
    """Cash a ticket in the browser that holds the secret `owner` of its request. Raises Refused."""
    row = session.execute(
        select(SignInTicket, SignInRequest)
        .join(SignInRequest, SignInRequest.id == SignInTicket.request_id)
        .where(SignInTicket.token_hash == digest(ticket))
    ).first()
    if row is None:
        raise Refused("used", "no such ticket")
    kept, asked = row
    if not owner or not same_token(digest(owner), asked.owner_hash):
        raise Refused("other_browser", "the sign-in began in another browser")
    session.execute(delete(SignInTicket).where(SignInTicket.token_hash == kept.token_hash))
    if kept.expires_at <= now:
        raise Refused("expired", "the ticket is too old")
    return Arrival(_identity(kept.identity), asked.next)


def _plain(identity: Identity) -> dict[str, Any]:
    values = asdict(identity)
    until = identity.session_until
    return values | {"session_until": until and until.isoformat(), "roles": list(identity.roles)}


def _identity(values: Mapping[str, Any]) -> Identity:
    until = read_instant(values["session_until"])
    return Identity(**{**values, "session_until": until, "roles": tuple(values["roles"])})
