"""What the forms of the random coffee send."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from rse.core.api import Schema


class SeatForm(Schema):
    """What somebody wants of the draws to come."""

    action: Literal["join", "pause", "leave"]
    weeks: Literal["2", "4", "12"] = "4"


class MetForm(Schema):
    """Whether a meeting took place."""

    met: bool = True


class MeetingOut(BaseModel):
    """A meeting of yours: whom you meet, and a first sentence."""

    id: str
    drawn_on: date
    starts_at: datetime
    people: list[str]
    opening: str
    present: bool
    met: bool


class CoffeeOut(BaseModel):
    """Your part in the random coffee."""

    taking_part: bool
    paused_until: date | None
    meetings: list[MeetingOut]
