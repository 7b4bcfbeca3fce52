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


@dataclass(frozen=True)
class ReadingAsked(Event):
    """A writer has asked somebody to read a draft."""

    draft_id: int
    person_id: int
    by_id: int
    at: datetime


@dataclass(frozen=True)
class DraftAnswered(Event):
    """Something was said about a draft, or somebody has read it and has nothing to add (no remark)."""

    draft_id: int
    by_id: int
    remark_id: int | None
    at: datetime


@dataclass(frozen=True)
class ReadingEnded(Event):
    """Somebody does not read a draft any more."""

    draft_id: int
    person_id: int


@dataclass(frozen=True)
class DraftGone(Event):
    """A draft was published or deleted."""

    draft_id: int
