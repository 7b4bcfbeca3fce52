"""The way of one OpenID Connect sign-in through the database: the same rows as SAML's, used once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts import attributes, oidc, oidc_tokens, oidc_wire, once, states, testing
from rse.accounts.attributes import Identity
from rse.accounts.connections import Connection, Ways
from rse.accounts.flow import KEEP, REQUEST_LIFE, safe_next
from rse.accounts.models import Provider, SignInRequest
from rse.accounts.oidc import Client, Discovery, Question
from rse.accounts.saml_checks import Check
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.sealing import CannotOpen, unseal
from rse.accounts.tokens import digest, same_token

CHECKS = ("issuer", "status", "token", "claims", "userinfo")


@dataclass(frozen=True)
class Here:
    """What this application is: its address, the keys that open secrets, and whether rules are strict."""

    base_url: str
    secret_key: str
    production: bool
    old_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """A provider as this application talks to it."""

    way: Connection
    found: Discovery
    client: Client
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request that was taken for its answer, and cannot be taken again."""

    id: str
    next: str
    question: Question
    tester_id: int | None
    owner_hash: str


@dataclass
class Seen:
    """What an answer showed, check by check."""

    checks: list[Check] = field(default_factory=list)
    name_id: NameId | None = None
    sent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    issued: datetime | None = None

    @contextmanager
    def step(self, key: str) -> Iterator[None]:
        """Note a check as passed or failed."""
        try:
            yield
        except Refused as refusal:
            self.checks.append(Check(key, passed=False, code=refusal.code, detail=refusal.detail))
            raise
        self.checks.append(Check(key, passed=True))


def setup(session: Session, way: Connection, here: Here) -> Setup:
    """Give a provider as the database describes it. Raises Refused."""
    row = session.get(Provider, way.id) if way.id is not None else None
    if row is None or row.kind != "oidc":
        raise Refused("issuer", "the identity provider is not in use any more")
    found = oidc.parse_discovery(row.document, row.entity_id, production=here.production)
    try:
        secret = unseal(row.client_secret, here.secret_key, old=here.old_keys)
    except CannotOpen as error:
        raise Refused("metadata", "the client secret has to be entered again") from error
    scopes = tuple(str(scope) for scope in (row.options or {}).get("scopes") or ())
    client = Client(row.client_id, secret, redirect_uri(here.base_url))
    return Setup(way, found, client, scopes)


def redirect_uri(base_url: str) -> str:
    """Give the address that providers answer to; it has to be registered there to the letter."""
    return f"{base_url}/oidc/callback"


def begin(
    session: Session,
    ready: Setup,
    *,
    owner: str,
    wanted: str,
    now: datetime,
    tester_id: int | None = None,
) -> str:
    """Keep a question owned by the secret `owner` and give the address that asks it."""
    session.execute(delete(SignInRequest).where(SignInRequest.expires_at < now - KEEP))
    question = oidc.new_question()
    values = {
        "id": f"oidc-{digest(question.state)}",
        "relay_state": question.state,
        "owner_hash": digest(owner),
        "idp": ready.way.entity_id,
        "purpose": "signin" if tester_id is None else "test",
        "tester_id": tester_id,
        "data": {"nonce": question.nonce, "verifier": question.verifier},
        "next": safe_next(wanted),
        "created_at": now,
        "expires_at": now + REQUEST_LIFE,
    }
    session.execute(insert(SignInRequest).values(**values))
    return oidc.question_url(ready.found, ready.client, question, ready.scopes)


def take(
    session: Session, ways: Ways, state: str, *, owner: str, here: Here, now: datetime
) -> tuple[Asked, Setup]:
    """Take the request of an answer, once, in the browser that began it. Raises Refused; commit after it."""
    row = session.scalar(select(SignInRequest).where(SignInRequest.relay_state == state[:64]))
    if row is None or not row.id.startswith("oidc-") or not same_token(state, row.relay_state):
        raise Refused("in_response_to", "no such request")
    if not owner or not same_token(digest(owner), row.owner_hash):
        raise Refused("other_browser", "the sign-in began in another browser")
    if row.expires_at <= now:
        raise Refused("expired", "the request is too old")
    way = ways.find(row.idp)
    once.use_request(session, row.id, now)
    if way is None or way.kind != "oidc" or (row.purpose != "test" and not way.usable):
        raise Refused("issuer", "the identity provider is not in use any more")
    question = Question(row.relay_state, row.data["nonce"], row.data["verifier"])
    tester_id = row.tester_id if row.purpose == "test" else None
    asked = Asked(row.id, row.next, question, tester_id, row.owner_hash)
    return asked, setup(session, way, here)


def read(ready: Setup, question: Question, sent: Mapping[str, str], now: datetime, seen: Seen) -> None:
    """Check an answer (code, iss, error) wholly, the network included. Raises Refused."""
    found, client = ready.found, ready.client
    with seen.step("issuer"):
        # RFC 9207: another provider's answer does not get as far as this one's token endpoint.
        if sent.get("iss", found.issuer if not found.says_iss else "") != found.issuer:
            raise Refused("issuer", "the answer is of another provider")
    with seen.step("status"):
        if "error" in sent or not sent.get("code"):
            raise Refused("status", f"the provider says {sent.get('error', 'nothing')[:60]}")
    with seen.step("token"):
        id_token, access = oidc_wire.tokens(found, client, sent["code"], question.verifier)
    with seen.step("claims"):
        keys = oidc_wire.keys.of(found, oidc_tokens.key_id(id_token))
        header, claims = oidc_tokens.signed_claims(id_token, keys)
        oidc_tokens.check_claims(claims, found.issuer, client.id, now)
        seen.issued = datetime.fromtimestamp(claims["iat"], now.tzinfo)
        oidc_tokens.check_id_token(
            header, claims, nonce=question.nonce, client_id=client.id, access_token=access, now=now
        )
    with seen.step("userinfo"):
        everything = oidc.merged(claims, oidc_wire.userinfo(found, access))
    sid = claims.get("sid")
    seen.name_id = NameId(claims["sub"], None, sid if isinstance(sid, str) else None)
    seen.sent = oidc.as_attributes(everything)


def identity_of(session: Session, ready: Setup, seen: Seen, now: datetime) -> Identity:
    """Give who an answer is about. Raises Refused when it was not read wholly."""
    if seen.name_id is None:
        raise Refused("token", "the answer names nobody")
    states.answered(session, ready.way.entity_id, seen.issued, now)
    return ready.way.identify(seen.name_id, seen.sent, None)


def report(session: Session, ready: Setup, asked: Asked, seen: Seen, *, ways: Ways, now: datetime) -> str:
    """Keep what a test sign-in showed; gives the secret that opens the report."""
    row = session.get_one(SignInRequest, asked.id)
    done = {check.key for check in seen.checks}
    checks = [*seen.checks, *(Check(key, passed=None) for key in CHECKS if key not in done)]
    result = {"account_check": (None,)}
    if seen.name_id is not None:
        identity = identity_of(session, ready, seen, now)
        result = testing.outcome(session, ready.way, identity, ways.in_use)
    checks.append(Check("account", *result.pop("account_check")))
    content = {
        "slug": ready.way.slug,
        "owner_hash": asked.owner_hash,
        "name_id": seen.name_id.value if seen.name_id else None,
        "name_id_format": None,
        "clock_difference": seen.issued and round((seen.issued - now).total_seconds()),
        "sent": {name: list(values[: testing.MAX_SHOWN]) for name, values in seen.sent.items()},
        "sources": attributes.sources(seen.sent, ready.way.mapping),
        "checks": [[one.key, one.passed, one.code, one.detail] for one in checks],
    }
    return testing.keep(session, row, content | result, now)
