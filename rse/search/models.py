"""Table of saved searches: questions that somebody keeps, told of what is new where they want it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Identified


class SavedSearch(Identified):
    """A question with its filters, as in the address of the page; nobody but its owner reads it."""

    __tablename__ = "saved_search"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    notify: Mapped[bool]
    saved_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # what is written until then was told, or was there already
