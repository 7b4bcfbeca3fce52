"""Tables of ideas. An unsigned one has no author: only the hash of a code that its author was shown."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON, POST = "person.id", "post.id"
STAGES = ("open", "under_review", "planned", "in_progress", "done", "declined")


class Campaign(Identified):
    """A question that a sponsor asks all employees, from a day to a day (both included)."""

    __tablename__ = "idea_campaign"

    sponsor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON), index=True)
    question: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)


class Idea(Base):
    """What an idea adds to its post: its stage, who looks after it, until when, and its votes."""

    __tablename__ = "idea"
    __table_args__ = (Index("ix_idea_board", "status", "votes", "post_id"),)

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    status: Mapped[str] = mapped_column(String(12), default="open")
    owner_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    due_on: Mapped[date | None]
    campaign_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("idea_campaign.id", ondelete="SET NULL"), index=True
    )
    votes: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the code of an unsigned idea


class IdeaVote(Base):
    """Somebody is for an idea. No time: an author who votes at once would give themselves away."""

    __tablename__ = "idea_vote"
    __table_args__ = ({"sqlite_with_rowid": False},)

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )


class IdeaStep(Base):
    """A change of stage with its public reply."""

    __tablename__ = "idea_step"
    __table_args__ = (Index("ix_idea_step_post", "post_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(12))
    reply: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
