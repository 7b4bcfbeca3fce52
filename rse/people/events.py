"""What happens to people."""

from dataclasses import dataclass

from rse.accounts.events import PersonDeactivated
from rse.core.events import Event


@dataclass(frozen=True)
class PersonChanged(Event):
    """A card, profile, department or skill of a person has changed (also: is new)."""

    person_id: int


@dataclass(frozen=True)
class SkillEndorsed(Event):
    """A colleague has confirmed a skill of a person."""

    person_id: int
    skill_id: int
    by_id: int


__all__ = ["PersonChanged", "PersonDeactivated", "SkillEndorsed"]
