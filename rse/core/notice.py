"""What a feature declares of its events for notifications: who is told of what, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rse.core.audience import Viewer
    from rse.core.events import Event


@dataclass(frozen=True, slots=True)
class Told:
    """What some people are told. `key` makes it one notification a person, whatever kinds it fits.

    `people` is None for everybody who holds the audience. Whoever is named and does not hold it is not told,
    nor is `by_id`, who did it. `thread` groups on the page and in mail programs: "post:ID", "group:ID".
    """

    key: str
    thread: str
    object_id: int
    at: datetime
    audience: str
    people: Iterable[int] | None
    by_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A notification as it is kept: names only, no text of anybody."""

    id: int
    kind: str
    thread: str
    object_id: int
    by_id: int | None
    group_id: int | None
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A notification in words, in the present language, for somebody who may read what it is about."""

    text: str  # "Karim Benali commented on your post"
    url: str
    subject: str  # of the thread
    excerpt: str = ""


@dataclass(frozen=True)
class Notice:
    """One kind of notification."""

    kind: str
    label: Any  # lazy text: what happens, in one's preferences
    icon: str
    events: tuple[type[Event], ...]
    tell: Callable[[Session, Any], Iterable[Told]]
    # (session, viewer, notifications of this kind) gives lines by id; the audience is applied again, and
    # what is gone or not theirs to read (any more) is left out.
    lines: Callable[[Session, Viewer, Sequence[Noted]], Mapping[int, Line]]
    in_bell: bool = True  # False: another count of the page says it (messages)
    mailed: bool = True  # before anybody has chosen
