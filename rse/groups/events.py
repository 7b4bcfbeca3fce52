"""What happens to groups."""

from dataclasses import dataclass
from datetime import datetime

from rse.core.events import Event


@dataclass(frozen=True)
class GroupChanged(Event):
    """A group is new, or its name, description, purpose or state has changed."""

    group_id: int


@dataclass(frozen=True)
class GroupFounded(Event):
    """Somebody has created a group of a kind, and asked for what such a group begins with."""

    group_id: int
    by_id: int
    kind: str
    begin: tuple[str, ...]  # pages, post, templates


@dataclass(frozen=True)
class GroupRetokened(Event):
    """A group's visibility has changed, and with it the audience of everything in it."""

    group_id: int
    old_audience: str
    new_audience: str


@dataclass(frozen=True)
class MemberJoined(Event):
    """A person now holds the token of a group."""

    group_id: int
    person_id: int


@dataclass(frozen=True)
class Invited(Event):
    """A person is invited to a group and has not answered."""

    group_id: int
    person_id: int
    by_id: int


@dataclass(frozen=True)
class Asked(Event):
    """A person asks to enter a group."""

    group_id: int
    person_id: int


@dataclass(frozen=True)
class Accepted(Event):
    """Somebody who looks after a group has let in a person who asked."""

    group_id: int
    person_id: int
    by_id: int


@dataclass(frozen=True)
class MemberLeft(Event):
    """A person does not hold the token of a group any more."""

    group_id: int
    person_id: int


@dataclass(frozen=True)
class GroupFellSilent(Event):
    """Nobody has written in a group for a year: its owners are asked whether it is still needed."""

    group_id: int
    at: datetime
