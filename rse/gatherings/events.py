"""What happens with events."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class GatheringNear(Event):
    """An event begins within a day: those who come are to be reminded."""

    post_id: int
    starts_at: datetime
