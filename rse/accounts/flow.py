"""The way of one sign-in through the database: question, answer, ticket. No browser in sight.

The browser that begins owns the question by a secret in a cookie (stored hashed); the answer arrives without
any cookie, so it only buys a ticket, and the ticket is worth something in that same browser alone.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts import once, saml, states, testing
from rse.accounts.attributes import Identity
from rse.accounts.connections import Connection, Ways
from rse.accounts.models import SeenAssertion, SignInRequest, SignInTicket
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import read_instant
from rse.accounts.saml_metadata import ServiceProvider
from rse.accounts.tokens import digest, same_token

REQUEST_LIFE = timedelta(minutes=15)
TICKET_LIFE = timedelta(minutes=2)
KEEP = timedelta(days=1)  # how long what is over stays, to tell "used" from "unknown"
MAX_NEXT = 2000
OURS = ("/saml/", "/oidc/", "/signin", "/logout")


@dataclass(frozen=True)
class Taken:
    """What an accepted answer buys: a ticket (asked for, or unasked), or the report of a test."""

    kind: Literal["signin", "unasked", "test"]
    token: str


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
    session: Session,
    sp: ServiceProvider,
    way: Connection,
    *,
    owner: str,
    wanted: str,
    now: datetime,
    tester_id: int | None = None,
) -> str:
    """Keep a question owned by the secret `owner` and give the address that asks it.

    With `tester_id` it is an administrator's test: its answer makes a report and signs nobody in.
    """
    if way.provider is None:
        raise Refused("metadata", f"the metadata of {way.slug} cannot be read")
    session.execute(delete(SignInRequest).where(SignInRequest.expires_at < now - KEEP))
    session.execute(delete(SeenAssertion).where(SeenAssertion.expires_at < now - KEEP))
    relay_state = secrets.token_urlsafe(24)
    redirect = saml.start_sign_in(
        way.served_by(sp), way.provider, relay_state, now, signed=way.options.sign_requests
    )
    values = {
        "id": redirect.id,
        "relay_state": relay_state,
        "owner_hash": digest(owner),
        "idp": way.entity_id,
        "purpose": "signin" if tester_id is None else "test",
        "tester_id": tester_id,
        "next": safe_next(wanted),
        "created_at": now,
        "expires_at": now + REQUEST_LIFE,
    }
    session.execute(insert(SignInRequest).values(**values))
    return redirect.url


def accept(
    session: Session, sp: ServiceProvider, ways: Ways, posted: Mapping[str, str], *, now: datetime
) -> Taken:
    """Check an answer (SAMLResponse, RelayState as posted) and give what it buys. Raises Refused.

    A refusal names the provider that it is about (`idp`).
    """
    encoded = posted.get("SAMLResponse", "")
    claimed, issuer = saml.claims(encoded)
    if claimed is None:
        return _accept_unasked(session, sp, ways.find(issuer) if issuer else None, encoded, now)
    asked = _question(session, claimed, now)
    if not same_token(posted.get("RelayState", ""), asked.relay_state):
        raise Refused("relay_state", "the answer does not carry the key of its request")
    way = ways.find(asked.idp)
    if asked.purpose == "test":
        return Taken("test", testing.report(session, testing.Ask(sp, ways, now), asked, encoded))
    with about(asked.idp):
        if way is None or not way.usable or way.provider is None:
            raise Refused("issuer", "the identity provider is not in use any more")
        assertion = _read(sp, way, encoded, asked.id, now)
        once.use_request(session, asked.id, now)
        once.use_assertion(session, assertion)
    return Taken("signin", _ticket(session, way, assertion, asked.id, now))


def _accept_unasked(
    session: Session, sp: ServiceProvider, way: Connection | None, encoded: str, now: datetime
) -> Taken:
    """Check an answer that answers no request: only where an administrator lets that provider begin."""
    if way is None or not way.usable or not way.options.idp_initiated:
        raise Refused("in_response_to", "the response answers no request")
    with about(way.entity_id):
        assertion = _read(sp, way, encoded, None, now)
        once.use_assertion(session, assertion)
    return Taken("unasked", _ticket(session, way, assertion, None, now))


@contextmanager
def about(entity_id: str) -> Iterator[None]:
    """Say of a refusal which provider it is about: its state shows the last one."""
    try:
        yield
    except Refused as refusal:
        refusal.idp = entity_id
        raise


def _read(
    sp: ServiceProvider, way: Connection, encoded: str, request_id: str | None, now: datetime
) -> saml.Assertion:
    if way.provider is None:
        raise Refused("issuer", "the identity provider is not in use any more")
    wanted = way.options.want_encrypted
    return saml.read_response(
        way.served_by(sp), way.provider, encoded, request_id, now, want_encrypted=wanted
    )


def _ticket(
    session: Session, way: Connection, assertion: saml.Assertion, request_id: str | None, now: datetime
) -> str:
    states.answered(session, way.entity_id, assertion.issued, now)
    identity = way.identify(assertion.name_id, assertion.attributes, assertion.session_until)
    return keep_ticket(session, identity, request_id, now)


def keep_ticket(session: Session, identity: Identity, request_id: str | None, now: datetime) -> str:
    """Keep who was identified and give the one-time ticket for it."""
    session.execute(delete(SignInTicket).where(SignInTicket.expires_at < now - KEEP))
    ticket = secrets.token_urlsafe(32)
    values = {"token_hash": digest(ticket), "request_id": request_id, "identity": _plain(identity)}
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
    return Arrival(_cash(session, kept, now), asked.next)


def unasked(session: Session, ticket: str, now: datetime) -> Identity | None:
    """Give who an answer without a request is about, to be asked about; None when it is no such ticket."""
    kept = session.get(SignInTicket, digest(ticket))
    open_one = kept is not None and kept.request_id is None and kept.expires_at > now
    return _identity(kept.identity) if kept is not None and open_one else None


def redeem_unasked(session: Session, ticket: str, now: datetime) -> Arrival:
    """Cash a ticket without a request, after its person has said that they want it. Raises Refused."""
    kept = session.get(SignInTicket, digest(ticket))
    if kept is None or kept.request_id is not None:
        raise Refused("used", "no such ticket")
    return Arrival(_cash(session, kept, now), "/")


def _cash(session: Session, kept: SignInTicket, now: datetime) -> Identity:
    identity, expires_at = _identity(kept.identity), kept.expires_at
    gone = delete(SignInTicket).where(SignInTicket.token_hash == kept.token_hash)
    if session.scalar(gone.returning(SignInTicket.token_hash)) is None:
        raise Refused("used", "no such ticket")
    if expires_at <= now:
        raise Refused("expired", "the ticket is too old")
    return identity


def _plain(identity: Identity) -> dict[str, Any]:
    values = asdict(identity)
    until = identity.session_until
    lists = {"roles": list(identity.roles), "groups": list(identity.groups)}
    return values | lists | {"session_until": until and until.isoformat()}


def _identity(values: Mapping[str, Any]) -> Identity:
    until = read_instant(values["session_until"])
    lists = {"roles": tuple(values["roles"]), "groups": tuple(values.get("groups", ()))}
    return Identity(**{**values, **lists, "session_until": until})
