"""What happens in conversations. None of them holds a text."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class MessageSent(Event):
    """A message is there; `mentioned` are the people named in it who can read it."""

    conversation_id: int
    message_id: int
    author_id: int
    pos: int
    at: datetime
    mentioned: tuple[int, ...] = ()
    linked: bool = False  # a link to the web stands in it
    groups: tuple[int, ...] = ()  # that are named in it: those who look after them are told


@dataclass(frozen=True)
class MessageEdited(Event):
    """A message says something else."""

    conversation_id: int
    message_id: int
    pos: int
    at: datetime


@dataclass(frozen=True)
class MessageDeleted(Event):
    """A message has lost its text."""

    conversation_id: int
    message_id: int
    pos: int
    at: datetime


@dataclass(frozen=True)
class LinkWritten(Event):
    """A link stands in a message: the worker looks what is behind; the log was at `pos` then."""

    message_id: int
    conversation_id: int
    pos: int


@dataclass(frozen=True)
class MessagePinned(Event):
    """A message is pinned for everybody in its conversation, or is not any more."""

    conversation_id: int
    message_id: int
    pos: int


@dataclass(frozen=True)
class MessageReacted(Event):
    """Somebody gave a sign under a message (`on`), or took it back."""

    conversation_id: int
    message_id: int
    pos: int
    person_id: int
    sign: str
    on: bool


@dataclass(frozen=True)
class PromotionAsked(Event):
    """Somebody asks the author of a message to make a post of it."""

    promotion_id: int
    message_id: int
    author_id: int
    asked_by: int
    at: datetime


@dataclass(frozen=True)
class PromotionAnswered(Event):
    """The author has published it, or does not want to."""

    promotion_id: int
    message_id: int
    author_id: int
    asked_by: int
    at: datetime


@dataclass(frozen=True)
class PresenceHidden(Event):
    """Somebody is not to be shown as present any more."""

    person_id: int


@dataclass(frozen=True)
class MessagesChanged(Event):
    """Many messages have changed at once: other people read them now, or their author was erased."""

    conversation_id: int
    message_ids: tuple[int, ...]


@dataclass(frozen=True)
class ParticipantChanged(Event):
    """A person was brought into a conversation (`joined`), or has left it or was removed."""

    conversation_id: int
    person_id: int
    joined: bool
    by_id: int
    pos: int


@dataclass(frozen=True)
class ConversationMuted(Event):
    """A conversation counts in somebody's unread messages no more, or again."""

    conversation_id: int
    person_id: int


@dataclass(frozen=True)
class ConversationRead(Event):
    """A person has read a conversation up to `seq`; `pos` is 0 when the others are not told.

    `back` says that they want to read again what they had read: only their own pages are told.
    """

    conversation_id: int
    person_id: int
    seq: int
    pos: int
    back: bool = False
