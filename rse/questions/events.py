"""What happens with questions."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class PersonAsked(Event):
    """Somebody who reads a question was asked by name to look at it."""

    post_id: int
    person_id: int
    by_id: int
    at: datetime
