"""What happens to ideas."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class IdeaDecided(Event):
    """An idea has reached another stage; the public reply stands in its step."""

    post_id: int
    by_id: int
    status: str
    at: datetime
