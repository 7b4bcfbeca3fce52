"""What happens with the random coffee."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class CoffeeDrawn(Event):
    """Some people are to meet."""

    meeting_id: int
    at: datetime
