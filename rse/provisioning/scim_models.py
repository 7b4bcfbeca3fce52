"""Tables of SCIM: what providers said of people, its keys to be found by, groups, and what went wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON = "person.id"
DETAIL = 500  # characters kept of what a write changed
UNMANAGED = ""  # the provider of people whom no SCIM client has written

# Pages, their totals and the usual filters are read from indexes alone: what decides who is seen is in each.
LISTED: dict[str, Any] = {"postgresql_where": text("listed"), "sqlite_where": text("listed = 1")}
FOUND_BY = (
    "user_name", "display_name", "given_name", "family_name", "formatted", "title", "email", "department",
    "employee_number", "manager", "created_at", "modified_at",
)  # fmt: skip
# Keys compare by code point, as Python does: an index serves order, range and beginning.
Key = Text(collation="C").with_variant(Text(), "sqlite")


class ScimUser(Base):
    """A person as SCIM finds them; every person but services has one. Keys are folded by `scim_keys`."""

    __tablename__ = "scim_user"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        Index("ix_scim_user_page", "person_id", "provider", "active", **LISTED),
        Index("ix_scim_user_count", "provider", "active", **LISTED),
        *(Index(f"ix_scim_user_{name}", name, "person_id", "provider", "listed") for name in FOUND_BY),
    )

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    provider: Mapped[str] = mapped_column(String(80), default=UNMANAGED)
    listed: Mapped[bool] = mapped_column(default=True)  # False: deleted by its provider
    shut_out: Mapped[bool] = mapped_column(default=False)  # SCIM deactivated them, so SCIM may let them in
    public_id: Mapped[str] = mapped_column(Key, unique=True)
    external_id: Mapped[str | None] = mapped_column(Key)
    user_name: Mapped[str] = mapped_column(Key, unique=True)
    display_name: Mapped[str | None] = mapped_column(Key)
    given_name: Mapped[str | None] = mapped_column(Key)
    family_name: Mapped[str | None] = mapped_column(Key)
    formatted: Mapped[str | None] = mapped_column(Key)
    title: Mapped[str | None] = mapped_column(Key)
    email: Mapped[str | None] = mapped_column(Key)  # the primary one, or the first
    department: Mapped[str | None] = mapped_column(Key)
    employee_number: Mapped[str | None] = mapped_column(Key)
    manager: Mapped[str | None] = mapped_column(Key)
    active: Mapped[bool | None]
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ScimDocument(Base):
    """The attributes themselves, apart from the keys: a search then reads a small table."""

    __tablename__ = "scim_document"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class ScimEmail(Base):
    """One address of a person, to be found by."""

    __tablename__ = "scim_email"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str | None] = mapped_column(Key, index=True)
    type: Mapped[str | None] = mapped_column(Key)
    display: Mapped[str | None] = mapped_column(Key)
    primary: Mapped[bool | None]


class ScimGroup(Identified):
    """A group of a provider; it gives memberships only once an administrator has mapped it."""

    __tablename__ = "scim_group"
    __table_args__ = (UniqueConstraint("provider", "external_id"),)

    provider: Mapped[str] = mapped_column(String(80), index=True)
    public_id: Mapped[str] = mapped_column(Key, unique=True)
    external_id: Mapped[str | None] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String(400))  # as sent
    display_name: Mapped[str] = mapped_column(Key, index=True)  # folded
    target_kind: Mapped[str] = mapped_column(String(10), default="")  # "", group, department
    target_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ScimMember(Base):
    """A person in a group of a provider; `gave` when the mapping made them a member of its target."""

    __tablename__ = "scim_member"

    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("scim_group.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    gave: Mapped[bool] = mapped_column(default=False)


class ScimWrite(Base):
    """One write of a provider, or its refusal: what the administration page shows of the last days."""

    __tablename__ = "scim_write"
    __table_args__ = (Index("ix_scim_write_failed", "failed", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    provider: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(60))  # user.created, or the method and path that failed
    person_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    failed: Mapped[bool] = mapped_column(default=False)
    detail: Mapped[str] = mapped_column(String(DETAIL), default="")
