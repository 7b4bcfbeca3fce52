"""What a feature declares of its events for the indicators, in the form of their definitions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rse.core.events import Event

ActivityType = Literal["visit", "post", "reply", "reaction", "accept", "promote", "mention", "idea_status"]


@dataclass(frozen=True, slots=True)
class Content:
    """A post or a reply that an event hangs on: whose, since when, in which thread, until when."""

    id: int
    author_id: int
    root_id: int
    at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActivityEvent:
    """One event. Direct messages and what happens in secret groups are `visit` events."""

    id: str  # orders events of the same instant
    at: datetime
    type: ActivityType
    actor_id: int
    content_id: int | None = None  # post, reply: the content itself
    kind: str = ""  # post: question, discussion, idea or announcement
    root_id: int | None = None  # post, reply: the thread's post (of a post: itself)
    parent: Content | None = None  # what is answered, reacted to, accepted, or holds the mention
    target_id: int | None = None  # mention: the person named
    value: str = ""  # idea_status: under_review, accepted, declined or done
    tags: Sequence[str] = ()
    deleted_at: datetime | None = None  # post, reply


@dataclass(frozen=True, slots=True)
class Touched:
    """Something in the past that has changed: a late event, a deletion, an edit of what counts."""

    at: datetime  # when the event itself happened: its day is counted again
    since: datetime  # from when on the change is known: a deletion counts from its own time on
    root_id: int | None = None  # the thread to look at again
    content_id: int | None = None  # what hangs on this content is counted again too


@dataclass(frozen=True)
class Activity:
    """Where a feature's events are read. Order never matters; deleted contents are told, not left out."""

    name: str
    events: Callable[[Session, datetime, datetime], Iterable[ActivityEvent]]  # those of [start, end)
    threads: Callable[[Session, Collection[int]], Iterable[ActivityEvent]] = lambda _session, _roots: ()
    # ^ the posts with these ids, all their replies, and everything that hangs on either
    roots: Callable[[Session, Collection[int]], Iterable[int]] = lambda _session, _people: ()
    # ^ the posts of the threads in which these people wrote or marked something, at any time
    first: Callable[[Session], datetime | None] = lambda _session: None  # the time of the oldest event
    # What is known beside events. Declared skills of a day: (person, tag). A wave of the pulse in
    # [first, last]: its day, and the (department, answer) of each anonymous answer.
    skills: Callable[[Session, date], Iterable[tuple[int, str]]] = lambda _session, _day: ()
    wave: Callable[[Session, date, date], tuple[date, Sequence[tuple[int | None, str]]] | None] = (
        lambda _session, _first, _last: None
    )
    touches: Mapping[type[Event], Callable[[Session, Any], Iterable[Touched]]] = field(default_factory=dict)
    # Of `threads`, what says how a post was answered and kept: no reactions, no mentions; None for all of it.
    answers: Callable[[Session, Collection[int]], Iterable[ActivityEvent]] | None = None
