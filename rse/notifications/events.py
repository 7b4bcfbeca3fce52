"""What happens to notifications, and the work on many of them that is cut into small pieces."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class NotificationsRead(Event):
    """A person has read some of their notifications."""

    person_id: int


@dataclass(frozen=True)
class Spread(Event):
    """Many are still to be told of something: these `people`, or whoever holds the audience after `after`."""

    key: str
    kind: str
    thread: str
    object_id: int
    at: datetime
    audience: str
    by_id: int | None
    group_id: int | None
    after: int
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Forgotten(Event):
    """A thread or an object in it is gone: its notifications still are to be deleted."""

    thread: str
    object_id: int = 0  # 0: the whole thread
