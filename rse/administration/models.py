"""Tables of the administration: an administrator's read of private content, which takes two people."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId

PERSON = "person.id"


class GrantRequest(Base):
    """A read that was asked for: by whom, of what, why, for how long, and who has approved it.

    States: asked, granted (until its end), refused, withdrawn. Who asks is the first of the two.
    """

    __tablename__ = "grant_request"
    __table_args__ = (Index("ix_grant_request_reader", "reader_id", "state", "until"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    reader_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(String(80))  # the audience token that the reader then holds
    label: Mapped[str] = mapped_column(String(240))  # what it opens, as it was called
    reason: Mapped[str] = mapped_column(Text)
    hours: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime]
    approver_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    until: Mapped[datetime | None]


class GrantSubject(Base):
    """A person whose content a read opened: they are told, also after they have left the place."""

    __tablename__ = "grant_subject"

    grant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("grant_request.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime | None]
