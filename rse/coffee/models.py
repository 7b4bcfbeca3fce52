"""Tables of the random coffee: who takes part, who was drawn to meet whom."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

PERSON = "person.id"


class CoffeeSeat(Base):
    """Somebody who takes part; shown to nobody else. `paused_until` is the last day without a draw."""

    __tablename__ = "coffee_seat"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    paused_until: Mapped[date | None]


class CoffeeMeeting(Identified):
    """Two or three people drawn on a day; `topic` and `topic_id` name what they share."""

    __tablename__ = "coffee_meeting"

    drawn_on: Mapped[date] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(String(5), default="")  # group, skill, or nothing
    topic_id: Mapped[int | None] = mapped_column(BigInteger)
    starts_at: Mapped[datetime]  # a proposal
    met: Mapped[bool] = mapped_column(default=False)


class CoffeeGuest(Base):
    """Somebody of a meeting."""

    __tablename__ = "coffee_guest"

    meeting_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("coffee_meeting.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
