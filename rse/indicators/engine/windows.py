"""The organisation's calendar: local days as instants, exact across clock changes, and the windows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = 3_600_000_000  # microseconds, the unit of every instant in the roll-ups
ANSWER_HOURS = 72
IDEA_HOURS = 672


def micros(at: datetime) -> int:
    """Give an instant as whole microseconds since 1970, exactly."""
    return (at - EPOCH) // TICK


def instant(value: int) -> datetime:
    """Give the instant of a number of microseconds since 1970."""
    return EPOCH + value * TICK


@lru_cache(maxsize=20_000)
def day_start(zone: ZoneInfo, day: date) -> datetime:
    """Give the first instant of a local day, in UTC, also where midnight is missing or comes twice."""
    midnight = datetime.combine(day, time(), tzinfo=zone)  # fold 0: the first of two
    first = midnight.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return first
    # Missing: the clocks jumped over it. The jump lies between the readings by the two offsets.
    before, after = midnight.replace(fold=1).astimezone(UTC), first
    while after - before > TICK:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).date() >= day:
            after = middle
        else:
            before = middle
    return after


@lru_cache(maxsize=10_000)  # each event asks several times, and the visits of a day are at one instant
def _local_day(zone: ZoneInfo, at: datetime) -> date:
    return at.astimezone(zone).date()


@lru_cache(maxsize=10_000)
def _slot(zone: ZoneInfo, at: datetime) -> date:
    day = _local_day(zone, at)
    tomorrow = day + timedelta(days=1)
    return tomorrow if at >= day_start(zone, tomorrow) else day


@dataclass(frozen=True)
class Calendar:
    """Days of one organisation."""

    zone: ZoneInfo

    def start(self, day: date) -> datetime:
        """Give the first instant of a day."""
        return day_start(self.zone, day)

    def local_day(self, at: datetime) -> date:
        """Give the local date of an instant: the day of an event, of a team, of an employment."""
        return _local_day(self.zone, at)

    def slot(self, at: datetime) -> date:
        """Give the day of the roll-ups in which an instant lies, by the days' first instants.

        It differs from the local date only where clocks are set back across midnight, and keeps
        the windows, which are bounded by instants, exact there.
        """
        return _slot(self.zone, at)


@dataclass(frozen=True)
class Windows:
    """The windows of one as-of day D: W(n) = [S(n), E), and the cohorts of posts."""

    calendar: Calendar
    as_of: date

    @cached_property
    def end(self) -> datetime:
        """E, the first instant after D."""
        return self.calendar.start(self.as_of + timedelta(days=1))

    def first_day(self, days: int) -> date:
        """Give the first local day of W(days)."""
        return self.as_of - timedelta(days=days - 1)

    def start(self, days: int) -> datetime:
        """S(days), the first instant of W(days)."""
        return self.calendar.start(self.first_day(days))

    def cohort(self, days: int, hours: int) -> tuple[datetime, datetime]:
        """Give [S(days) - hours, E - hours): posts that had their full time to be answered."""
        wait = timedelta(hours=hours)
        return self.start(days) - wait, self.end - wait
