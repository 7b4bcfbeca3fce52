"""Tables of provisioning: how a directory names a person, and what each run of an importer did."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

PERSON = "person.id"


class ExternalId(Base):
    """The name that never changes of a person in a directory (entryUUID, objectGUID), and their last state.

    `hash` is of what the directory said when it was last taken wholly; empty: take it again.
    """

    __tablename__ = "external_id"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(254), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64), default="")
    dn: Mapped[str] = mapped_column(Text, default="")  # folded; managers are named by it


class ProvisioningRun(Identified):
    """One run of an importer: when, what it changed, what failed."""

    __tablename__ = "provisioning_run"
    __table_args__ = (Index("ix_provisioning_run_source", "source", "started_at"),)

    source: Mapped[str] = mapped_column(String(40))  # ldap, directory (files), scim, ...
    kind: Mapped[str] = mapped_column(String(20))  # full, changes
    state: Mapped[str] = mapped_column(String(12))  # running, done, stopped (too many would go), failed
    running: Mapped[str | None] = mapped_column(String(40), unique=True)  # the source, while it runs
    started_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]  # the last sign of life
    ended_at: Mapped[datetime | None]
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # created, updated, unchanged, ...
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)  # {uid, what, fields: {name: [old, new]}}
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)  # {where, reason}
    error: Mapped[str] = mapped_column(Text, default="")
    mark: Mapped[str] = mapped_column(String(40), default="")  # where the next run of changes begins
