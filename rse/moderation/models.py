"""Tables of moderation: versions of the charter and who accepted them; what was reported, and decisions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.audience import role_token
from rse.core.model import Base, Identified

PERSON = "person.id"
MODERATORS = role_token("moderator")


class CharterVersion(Base):
    """A text of the charter as it was published; it never changes afterwards: it is what people accepted."""

    __tablename__ = "charter_version"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body_fr: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    note_fr: Mapped[str] = mapped_column(String(500), default="")  # what changes, in a sentence or two
    note_en: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))


class CharterAcceptance(Base):
    """A person accepted a version. The newest one stands in `person.charter_version` too, for the guard."""

    __tablename__ = "charter_acceptance"
    __table_args__ = (Index("ix_charter_acceptance_at", "at", "person_id", "version"),)

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(
        Integer, ForeignKey("charter_version.version", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(String(5))  # the language in which it was read
    at: Mapped[datetime]


class Report(Identified):
    """Something that was reported, with a copy of it; several people's reports of one thing are one row.

    States: open, decided, appealed, closed (the appeal is judged). `open_key` names the thing while the row
    is not decided, so that there is one at a time. `hidden`: we have taken the thing out of sight.
    """

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_queue", "state", "opened_at", "id"),)

    target_type: Mapped[str] = mapped_column(String(8))  # post, comment, message, person, page
    target_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    open_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    audience: Mapped[str] = mapped_column(String(80), default=MODERATORS)
    copy: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default="open")
    hidden: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(6), default="")
    statement: Mapped[str] = mapped_column(Text, default="")  # to the author: the reasons
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    appeal: Mapped[str] = mapped_column(Text, default="")
    appealed_at: Mapped[datetime | None]
    appeal_decision: Mapped[str] = mapped_column(String(6), default="")
    appeal_statement: Mapped[str] = mapped_column(Text, default="")
    judged_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    judged_at: Mapped[datetime | None]


class ReportVoice(Base):
    """One person's report of it. Moderators see who reports; the author never does."""

    __tablename__ = "report_voice"

    report_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
