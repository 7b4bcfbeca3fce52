"""What happens with thanks."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class Thanked(Event):
    """Somebody was thanked by a post that they read."""

    post_id: int
    person_id: int
    by_id: int
    at: datetime
