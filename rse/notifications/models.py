"""Tables of notifications: what somebody is told, and the threads that they do not want to hear of."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

PERSON = "person.id"
UNREAD = text("read_at IS NULL")


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


class MutedThread(Base):
    """A thread of which a person is told nothing."""

    __tablename__ = "muted_thread"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    thread: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
