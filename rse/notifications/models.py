"""Tables of notifications: what somebody is told, and the threads that they do not want to hear of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

PERSON = "person.id"
UNREAD = text("read_at IS NULL")
TO_MAIL = text("mail_at IS NOT NULL")


class Notification(Identified):
    """One thing that one person is told: names of rows only, so that what is gone is told to nobody.

    `hidden`: not in the bell, since the person has switched it off there, or another count says it.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notification_person", "person_id", "id"),
        Index(
            "ix_notification_unread", "person_id", "id", postgresql_where=UNREAD, sqlite_where=UNREAD
        ),
        Index("ix_notification_mail", "mail_at", postgresql_where=TO_MAIL, sqlite_where=TO_MAIL),
        Index("ix_notification_thread", "thread", "person_id"),
    )  # fmt: skip

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    thread: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(BigInteger)
    by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("group.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    mail_at: Mapped[datetime | None]  # when it is mailed if it is not read by then
    mailed_at: Mapped[datetime | None]


class NotificationSettings(Base):
    """What a person wants to hear, where and when (see wishes.py); no row: as it comes."""

    __tablename__ = "notification_settings"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    frequency: Mapped[str] = mapped_column(String(8), default="soon")
    kinds: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    groups: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    quiet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class MutedThread(Base):
    """A thread of which a person is told nothing."""

    __tablename__ = "muted_thread"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    thread: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
