"""Table of drafts: what somebody has written and not published, and what is published at a set time."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified


class Draft(Identified):
    """The fields of a composer; nobody reads them but their writer, and whom they ask (reading.py).

    `slot` names writer and place while it is the draft of that place; what is scheduled has a time and none.
    `problem` says why it could not be published at its time.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_person", "person_id", "updated_at"),)

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"))
    slot: Mapped[str | None] = mapped_column(String(120), unique=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime]
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    problem: Mapped[str] = mapped_column(String(300), default="")


class DraftReader(Base):
    """Somebody whom the writer has asked to read a draft before it goes out; it ends with the draft."""

    __tablename__ = "draft_reader"

    draft_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # when they said that they have read it


class DraftRemark(Identified):
    """What somebody says about a draft to its writer; whoever reads the draft reads it."""

    __tablename__ = "draft_remark"

    draft_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
