"""Table of privacy: the copies of their own data that people have asked for."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Identified


class PersonalExport(Identified):
    """A copy of one person's data, made by the worker: for that person alone, until its end."""

    __tablename__ = "personal_export"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting, ready, failed
    asked_at: Mapped[datetime] = mapped_column(index=True)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    file: Mapped[str | None] = mapped_column(String(64))  # its name below exports/ of the data directory
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
