"""Tables of questions: who was asked by name, whose question it is too, and who is not to be suggested."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

POST = "post.id"
PERSON = "person.id"


class Asked(Base):
    """Somebody who was asked by name to look at a question."""

    __tablename__ = "question_asked"
    __table_args__ = (Index("ix_question_asked_person", "person_id", "at"),)

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


class AlsoMine(Base):
    """Somebody who asks the same: pages show how many, and nobody who."""

    __tablename__ = "question_also"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class Unavailable(Base):
    """Somebody who is not to be suggested as one who could answer."""

    __tablename__ = "question_unavailable"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]
