"""Tables of identity: persons, sessions, tokens, sign-in requests, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
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


class Person(Identified):
    """A person as the others see them in a list or on a card. The profile is the people feature's."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("idp", "name_id"), Index("ix_person_name", "sort_name", "id"))

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
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)

    @property
    def public_id(self) -> str:
        """The id as shown outside."""
        return encode_id(self.id)


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
    session_index: Mapped[str | None] = mapped_column(String(254), index=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


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
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SignInRequest(Base):
    """An AuthnRequest that we sent: single use, owned by the browser that began it."""

    __tablename__ = "signin_request"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)  # the AuthnRequest's ID
    relay_state: Mapped[str] = mapped_column(String(64), unique=True)
    owner_hash: Mapped[str] = mapped_column(String(64))  # of the pre-session cookie
    idp: Mapped[str] = mapped_column(String(500))
    next: Mapped[str] = mapped_column(String(2000), default="/")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInTicket(Base):
    """What the ACS checked, to be cashed once by the browser that owns the request."""

    __tablename__ = "signin_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(80), ForeignKey("signin_request.id", ondelete="CASCADE"))
    identity: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SeenAssertion(Base):
    """An assertion that was accepted: the same one is not accepted again before its end."""

    __tablename__ = "seen_assertion"

    idp: Mapped[str] = mapped_column(String(500), primary_key=True)
    id: Mapped[str] = mapped_column(String(254), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """One line of the audit log: append-only, each line holds the hash of the one before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60), index=True)
    target: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[str] = mapped_column(Text, default="{}")
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))
