"""Tables of internal mobility: what somebody is open to, and the colleagues whom they show it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

PERSON = "person.id"


class Openness(Base):
    """What a person is open to: `ways` are names of `wording.WAYS`, with spaces between."""

    __tablename__ = "openness"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ways: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    to_hr: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(index=True)


class OpennessReader(Base):
    """A colleague whom a person shows what they are open to."""

    __tablename__ = "openness_reader"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    reader_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
