"""What happens with saved searches."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class SavedSearchFound(Event):
    """Something new answers a saved search."""

    saved_id: int
    person_id: int
    at: datetime
