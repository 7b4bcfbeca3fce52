"""Tables of announcements: what they ask, and who has said "read and understood"."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

POST = "post.id"


class Announcement(Base):
    """What an announcement adds to its post."""

    __tablename__ = "announcement"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    acknowledge: Mapped[bool] = mapped_column(default=False)
    pinned_until: Mapped[date | None] = mapped_column(index=True)


class Acknowledgement(Base):
    """Somebody has read and understood an announcement that asks for it."""

    __tablename__ = "acknowledgement"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
