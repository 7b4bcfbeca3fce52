"""Who counts on which day, and in which team they were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

EMPLOYEE = "employee"


@dataclass(frozen=True, slots=True)
class Engagement:
    """A person of the directory: employed from `start` to `end`, both included, None where open."""

    kind: str
    start: date | None = None
    end: date | None = None
    leader: bool = False
    since: date | None = None  # counted from this day on: figures had been switched off before

    def covers(self, day: date) -> bool:
        """Tell whether this is an employee, employed on that day."""
        inside = _within(day, self.start, self.end) and _within(day, self.since, None)
        return self.kind == EMPLOYEE and inside


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in a team, both days included, None where open."""

    team: int
    start: date | None = None
    end: date | None = None


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


@dataclass(frozen=True)
class Staff:
    """The people and their teams over time. A person is in at most one team a day."""

    people: Mapping[int, Engagement]
    stays: Mapping[int, Sequence[Stay]]

    def employed(self, person: int, day: date) -> bool:
        """Tell whether a person counts on a day."""
        known = self.people.get(person)
        return known is not None and known.covers(day)

    def is_employee(self, person: int | None) -> bool:
        """Tell whether a person is of the kind that counts, whatever the day."""
        known = self.people.get(person) if person is not None else None
        return known is not None and known.kind == EMPLOYEE

    def team(self, person: int, day: date) -> int | None:
        """Give the team of a person on a day, None without one."""
        return next((s.team for s in self.stays.get(person, ()) if _within(day, s.start, s.end)), None)

    def present(self, day: date) -> Iterable[tuple[int, int | None]]:
        """Give everyone employed on a day, with their team."""
        return ((person, self.team(person, day)) for person in self.people if self.employed(person, day))
