"""Tables of events: when, where, and who comes."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

POST = "post.id"


class Gathering(Base):
    """What an event adds to its post. `reminded` is set once its reminder has gone out."""

    __tablename__ = "gathering"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    reminded: Mapped[bool] = mapped_column(default=False)


class Coming(Base):
    """Whether somebody comes: yes, maybe or no."""

    __tablename__ = "gathering_coming"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    answer: Mapped[str] = mapped_column(String(5))
    at: Mapped[datetime]
