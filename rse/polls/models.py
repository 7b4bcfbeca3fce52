"""Tables of polls. In a secret one nothing ties a ballot to a person.

A secret poll keeps counters, and beside them who has voted: without a time, without an order (on SQLite the
table has no row ids; its rows stand by their key), without the choice. Nothing is emitted, so no event,
delivery or notification tells of a ballot either.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

POST = "post.id"
PERSON = "person.id"


class Poll(Base):
    """What a poll adds to its post: the options with their counts, and the rules of the vote."""

    __tablename__ = "poll"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    options: Mapped[list[Any]] = mapped_column(JSON)  # texts, in their order
    counts: Mapped[list[Any]] = mapped_column(JSON)  # ballots for each of them
    voters: Mapped[int] = mapped_column(default=0)
    multiple: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[bool] = mapped_column(default=False)
    results: Mapped[str] = mapped_column(String(6), default="after")  # before, after: shown from when on
    closes_at: Mapped[datetime | None]


class Voted(Base):
    """Who has voted in a secret poll, and nothing else."""

    __tablename__ = "poll_voted"
    __table_args__ = ({"sqlite_with_rowid": False},)

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )


class Ballot(Base):
    """What a person chose in a poll by name."""

    __tablename__ = "poll_ballot"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    choices: Mapped[list[Any]] = mapped_column(JSON)  # positions of the options
    at: Mapped[datetime]
