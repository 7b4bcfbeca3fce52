"""What programs and forms send and get of privacy."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from rse.core.api import PublicId, Schema


class ExportOut(BaseModel):
    """A copy of one's own data; `url` gives it once it is ready."""

    id: PublicId
    state: Literal["waiting", "ready", "failed"]
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int
    url: str | None


class Confirm(Schema):
    """The login of the person to be erased, written by who erases them."""

    login: str = Field(min_length=1, max_length=254)
