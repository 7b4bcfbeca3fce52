"""What happens in the feed. `historical` content (imports) is indexed and counted, never notified."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class PostPublished(Event):
    """A post is there."""

    post_id: int
    author_id: int
    audience: str
    group_id: int | None
    at: datetime


@dataclass(frozen=True)
class PostChanged(Event):
    """A post's text, answer, reactions or place has changed."""

    post_id: int
    at: datetime


@dataclass(frozen=True)
class PostDeleted(Event):
    """A post is gone, and with it what hung on it."""

    post_id: int
    at: datetime
    comment_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class PostMoved(Event):
    """A post, and what hangs on it, has other readers now."""

    post_id: int
    at: datetime
    old_audience: str
    comment_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class CommentAdded(Event):
    """A comment is there."""

    post_id: int
    comment_id: int
    author_id: int
    at: datetime


@dataclass(frozen=True)
class CommentChanged(Event):
    """A comment was edited or deleted."""

    post_id: int
    comment_id: int
    at: datetime


@dataclass(frozen=True)
class Reacted(Event):
    """A reaction was given or taken back (`at`: when the reaction was given)."""

    post_id: int
    kind: str
    object_id: int
    at: datetime


@dataclass(frozen=True)
class AnswerAccepted(Event):
    """An answer was accepted, or the acceptance taken back (comment_id None)."""

    post_id: int
    comment_id: int | None
    at: datetime
    before_id: int | None = None  # the answer that held until now


@dataclass(frozen=True)
class PinChanged(Event):
    """A post was pinned in its group, or let go (`at`: when it was pinned)."""

    post_id: int
    at: datetime


@dataclass(frozen=True)
class Mentioned(Event):
    """A person was named by somebody who they can read."""

    post_id: int
    kind: str
    object_id: int
    person_id: int
    by_id: int


@dataclass(frozen=True)
class GroupMentioned(Event):
    """A group was named: those who look after it may want to answer."""

    post_id: int
    kind: str
    object_id: int
    group_id: int
    by_id: int


@dataclass(frozen=True)
class ThreadsImported(Event):
    """A batch of old posts and comments came in at once."""

    batch: str
    post_ids: tuple[int, ...]
    comment_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
