"""What happens with drafts."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class PublishingFailed(Event):
    """A post could not be published at its time."""

    draft_id: int
    person_id: int
    at: datetime
