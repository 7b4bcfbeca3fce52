"""Tables of moderation: the versions of the charter, and who accepted which of them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

PERSON = "person.id"


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
