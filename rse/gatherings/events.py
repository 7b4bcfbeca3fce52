"""What happens with events."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class GatheringNear(Event):
    """An event begins within a day: those who come are to be reminded."""

    post_id: int
    starts_at: datetime


@dataclass(frozen=True)
class GatheringMoved(Event):
    """The times or the place of an event have changed."""

    post_id: int
    at: datetime
