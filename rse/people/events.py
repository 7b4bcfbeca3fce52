"""What happens to people."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class PersonChanged(Event):
    """A card, profile, department or skill of a person has changed (also: is new)."""

    person_id: int


@dataclass(frozen=True)
class PersonDeactivated(Event):
    """A person may not sign in any more."""

    person_id: int
