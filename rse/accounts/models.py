"""Tables of identity: persons, sessions, tokens, sign-in requests, and the audit log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from rse.core.audience import EVERYONE
from rse.core.model import Base, BigId, Identified, encode_id

ROLES = (
    "member",
    "guest",
    "moderator",
    "community_manager",
    "executive",
    "works_council",
    "hr",
    "dpo",
    "admin",
)


class RoleSet(TypeDecorator[frozenset[str]]):
    """A set of role names, stored as one text, space between and around."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Write them sorted, so that equal sets are equal texts."""
        return f" {' '.join(sorted(value))} " if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        """Read them."""
        return frozenset((value or "").split())


HOLDING = text("roles <> ''")  # the few who hold a role


class Person(Identified):
    """A person as the others see them in a list or on a card. The profile is the people feature's."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("idp", "name_id"),
        Index("ix_person_name", "sort_name", "id"),
        Index("ix_person_state", "status", "kind", "signed_in_at"),  # what the administration counts
        Index("ix_person_roles", "roles", postgresql_where=HOLDING, sqlite_where=HOLDING),
    )

    uid: Mapped[str] = mapped_column(String(64), unique=True)  # login: mentions, imports
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    given_name: Mapped[str] = mapped_column(String(100), default="")
    family_name: Mapped[str] = mapped_column(String(100), default="")
    display_name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200), default="")  # folded "family given"
    title: Mapped[str] = mapped_column(String(200), default="")
    site: Mapped[str] = mapped_column(String(100), default="", index=True)
    kind: Mapped[str] = mapped_column(String(10), default="employee")  # employee, guest, service
    status: Mapped[str] = mapped_column(String(12), default="active")  # active, deactivated
    roles: Mapped[frozenset[str]] = mapped_column(RoleSet, default=frozenset())
    audience: Mapped[str] = mapped_column(String(80), default=EVERYONE)
    idp: Mapped[str | None] = mapped_column(String(500))  # entity id of the identity provider
    name_id: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(40))
    photo: Mapped[str | None] = mapped_column(String(64))  # name of the stored picture
    is_manager: Mapped[bool] = mapped_column(default=False)  # kept by the people feature
    version: Mapped[int] = mapped_column(default=1)  # counts changes of what a card shows
    charter_version: Mapped[int] = mapped_column(default=0, server_default="0")  # the last one accepted
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)

    @property
    def public_id(self) -> str:
        """The id as shown outside."""
        return encode_id(self.id)


class Inbox(Base):
    """How many notifications a person has not read: kept by notifications, read with the session."""

    __tablename__ = "inbox"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    unread: Mapped[int] = mapped_column(default=0)
    newest_id: Mapped[int] = mapped_column(BigInteger, default=0)  # the newest notification
    changed_at: Mapped[datetime] = mapped_column(index=True)
    silenced: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # see feed.silencing


class Session(Base):
    """A signed-in browser. The cookie holds a random token, the row its hash."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idp: Mapped[str | None] = mapped_column(String(500))
    name_id: Mapped[str | None] = mapped_column(String(254))
    name_id_format: Mapped[str | None] = mapped_column(String(120))
    session_index: Mapped[str | None] = mapped_column(String(254), index=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class GuestStay(Base):
    """What a guest's account hangs on: the employee who answers for them, and its last day (local)."""

    __tablename__ = "guest_stay"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    sponsor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="SET NULL"))
    ends_on: Mapped[date | None] = mapped_column(index=True)


class ApiToken(Base):
    """A token for programs: shown once, stored hashed, with a scope and an end."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    scope: Mapped[str] = mapped_column(String(10))  # read, write, admin, scim
    name: Mapped[str] = mapped_column(String(100), default="")
    provider: Mapped[str | None] = mapped_column(String(80), index=True)  # of scope scim: who provisions
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SignInRequest(Base):
    """An AuthnRequest that we sent: single use, owned by the browser that began it."""

    __tablename__ = "signin_request"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)  # the AuthnRequest's ID
    relay_state: Mapped[str] = mapped_column(String(64), unique=True)
    owner_hash: Mapped[str] = mapped_column(String(64))  # of the pre-session cookie
    idp: Mapped[str] = mapped_column(String(500))  # entity id, or issuer: the answer must be from there
    purpose: Mapped[str] = mapped_column(String(10), default="signin")  # signin, test
    tester_id: Mapped[int | None] = mapped_column(BigInteger)  # the administrator who tests
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the protocol keeps beside
    next: Mapped[str] = mapped_column(String(2000), default="/")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInTicket(Base):
    """What the ACS checked, to be cashed once by the browser that owns the request.

    Without a request it is an answer that nobody asked for: a page asks first, a POST cashes it.
    """

    __tablename__ = "signin_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[str | None] = mapped_column(
        String(80), ForeignKey("signin_request.id", ondelete="CASCADE")
    )
    identity: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SeenAssertion(Base):
    """An assertion that was accepted: the same one is not accepted again before its end."""

    __tablename__ = "seen_assertion"

    idp: Mapped[str] = mapped_column(String(500), primary_key=True)
    id: Mapped[str] = mapped_column(String(254), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Provider(Base):
    """An identity provider that an administrator has connected; the environment's one has no row here.

    `document` is the last good copy: SAML metadata (XML) or an OpenID Connect discovery document (JSON).
    `options`: sign_requests, want_encrypted, idp_initiated, link (none, uid, email), link_domains, name_id.
    `mapping`: our field to their name. `grants`: {attribute, value, role or group (slug)} each.
    """

    __tablename__ = "identity_provider"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(4))  # saml, oidc
    name: Mapped[str] = mapped_column(String(100))
    entity_id: Mapped[str] = mapped_column(String(500), unique=True)  # or issuer; what Person.idp holds
    enabled: Mapped[bool] = mapped_column(default=False)
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    metadata_url: Mapped[str] = mapped_column(String(2000), default="")
    document: Mapped[str] = mapped_column("metadata", Text, default="")
    checked_at: Mapped[datetime | None]  # when the address was last asked
    problem: Mapped[str] = mapped_column(String(500), default="")
    client_id: Mapped[str] = mapped_column(String(200), default="")
    client_secret: Mapped[str] = mapped_column(Text, default="")  # sealed, see accounts/sealing.py
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    grants: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    grants_mode: Mapped[str] = mapped_column(String(8), default="additive")  # additive, full
    created_at: Mapped[datetime]


class ProviderState(Base):
    """What the last answers of an identity provider were; also of the environment's one."""

    __tablename__ = "identity_provider_state"

    entity_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    good_at: Mapped[datetime | None]
    clock_difference: Mapped[int | None]  # seconds that its clock was ahead of ours
    refused_at: Mapped[datetime | None]
    refused_code: Mapped[str] = mapped_column(String(40), default="")
    refused_detail: Mapped[str] = mapped_column(String(300), default="")
    refused_reference: Mapped[str] = mapped_column(String(16), default="")


class SignInReport(Base):
    """What a test sign-in showed, for the administrator who made it, for a short time."""

    __tablename__ = "signin_report"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInLink(Base):
    """A link that lets an administrator in once, without any identity provider."""

    __tablename__ = "signin_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class AuditEntry(Base):
    """One line of the audit log: append-only, each line holds the hash of the one before."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        *(Index(f"ix_audit_{name}", name, "at", "id") for name in ("actor_id", "action", "target")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[str] = mapped_column(Text, default="{}")
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))


# What the application never does, the database refuses to anybody who comes in through it.
REFUSED = "the audit log is append-only"
_SQLITE = "CREATE TRIGGER audit_no_{} BEFORE {} ON audit BEGIN SELECT RAISE(ABORT, '{}'); END"
_FUNCTION = """CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '{}'; END $$"""
_TRIGGER = """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"""
GUARDS = {
    "sqlite": [_SQLITE.format(verb.lower(), verb, REFUSED) for verb in ("UPDATE", "DELETE")],
    "postgresql": [_FUNCTION.format(REFUSED), _TRIGGER],
}


@event.listens_for(AuditEntry.__table__, "after_create")
def _guard(_table: Any, connection: Connection, **_about: Any) -> None:
    """Make the triggers with the table, as the migration does."""
    for statement in GUARDS.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
