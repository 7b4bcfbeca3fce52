"""Table of drafts: what somebody has written and not published, and what is published at a set time."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Identified


class Draft(Identified):
    """The fields of a composer; nobody but their writer reads them.

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
