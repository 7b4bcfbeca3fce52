"""What happens to reports. None of them holds a text, nor who reported."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class ContentReported(Event):
    """Something waits for the moderators: it was reported, or its author appeals."""

    report_id: int
    at: datetime
    appealed: bool = False


@dataclass(frozen=True)
class ContentHidden(Event):
    """Something is out of sight while a moderator looks at it."""

    report_id: int
    at: datetime


@dataclass(frozen=True)
class ReportDecided(Event):
    """A moderator has decided; `final` when that was about the appeal."""

    report_id: int
    at: datetime
    final: bool = False
