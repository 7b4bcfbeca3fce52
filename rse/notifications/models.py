"""Tables of notifications: what somebody is told, and the threads that they do not want to hear of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON = "person.id"
UNREAD = text("read_at IS NULL")
TO_MAIL = text("mail_at IS NOT NULL")
TO_PUSH = text("push_at IS NOT NULL")


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
        Index("ix_notification_push", "push_at", postgresql_where=TO_PUSH, sqlite_where=TO_PUSH),
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
    push_at: Mapped[datetime | None]  # when it is pushed to a browser if it is not read by then


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
    push_text: Mapped[bool] = mapped_column(default=False, server_default=false())  # what was written, too
    push_removed: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # see subscribing.py


class MutedThread(Base):
    """A thread of which a person is told nothing."""

    __tablename__ = "muted_thread"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    thread: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


class PushKey(Base):
    """The pair of keys by which push services know this network (VAPID); there is one row."""

    __tablename__ = "push_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(120))
    private: Mapped[str] = mapped_column(Text)  # sealed, see accounts/sealing.py
    created_at: Mapped[datetime]


class PushSubscription(Identified):
    """A browser that shows notifications though no page is open; it ends with the session it was made in.

    `endpoint` is the address at the browser's push service; what is sent there only the browser opens.
    """

    __tablename__ = "push_subscription"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("session.id", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))  # the browser's public key, base64url
    auth: Mapped[str] = mapped_column(String(40))  # its secret, base64url
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]  # since when its service takes nothing


class MailReply(Base):
    """An answer that came by mail: the same mail counts once."""

    __tablename__ = "mail_reply"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the person and the mail's name
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
