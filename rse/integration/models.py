"""Tables of integration: who is told of what happens, what each was told, and hooks into groups."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

PERSON, GROUP, WEBHOOK = "person.id", "group.id", "webhook.id"


class Webhook(Identified):
    """An address of another program, and what it is told: of the whole company's places, or of its groups."""

    __tablename__ = "webhook"

    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)  # sealed, see accounts/sealing.py; signs what is sent
    events: Mapped[list[str]] = mapped_column(JSON)
    everyone: Mapped[bool] = mapped_column(default=False)  # of all that every employee reads
    created_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]


class WebhookGroup(Base):
    """A group of whose events a webhook is told. `private`: by somebody who looks after a closed one."""

    __tablename__ = "webhook_group"

    webhook_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(WEBHOOK, ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(GROUP, ondelete="CASCADE"), primary_key=True, index=True
    )
    private: Mapped[bool] = mapped_column(default=False)


class WebhookDelivery(Identified):
    """One thing that a webhook is told: names only. What is sent is read then, and kept nowhere."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "key"),
        Index("ix_webhook_delivery_due", "next_at"),
        Index("ix_webhook_delivery_log", "webhook_id", "id"),
    )

    webhook_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(WEBHOOK, ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))  # what happened to what, once
    event: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[int | None] = mapped_column(BigInteger)
    object_id: Mapped[int] = mapped_column(BigInteger)  # of a post, a comment, a person
    at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting, sent, failed, dropped
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]  # when it is tried (again); None when it is done with
    answer: Mapped[int | None]  # the HTTP status of the last answer
    problem: Mapped[str] = mapped_column(String(12), default="")  # of words.PROBLEMS


class IncomingHook(Identified):
    """A secret address by which a program writes in one group, under a name of its own."""

    __tablename__ = "incoming_hook"

    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(GROUP, ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), unique=True
    )  # the account of kind service that stands as author
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
