"""When the things of the demo company happened: days before the loading become real working days."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WRITTEN = re.compile(r"-(\d{1,3})d ([01]\d|2[0-3]):([0-5]\d)")
SATURDAY = 5
STEP = timedelta(minutes=1)
LATELY = timedelta(hours=2)
DAYS = 182  # that the demo company goes back


@dataclass(frozen=True)
class Calendar:
    """The calendar of one loading, in the company's zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local day of loading."""
        return self.now.astimezone(self.zone).date()

    def day(self, ago: int) -> date:
        """Give the working day so many days back; a week-end moves to Monday, or back when that is ahead."""
        day = self.today - timedelta(days=ago)
        late = day.weekday() - SATURDAY
        if late >= 0:
            monday = day + timedelta(days=2 - late)
            day = monday if monday <= self.today else day - timedelta(days=1 + late)
        return day

    def instant(self, day: date, hour: int, minute: int) -> datetime:
        """Give a local time of a day, in UTC."""
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)

    def read(self, written: str) -> datetime:
        """Read `-153d 09:12`. Raises ValueError for anything else."""
        found = WRITTEN.fullmatch(written)
        if not found:
            raise ValueError(f"not a time of the demo: {written!r}")
        ago, hour, minute = map(int, found.groups())
        return self.instant(self.day(ago), hour, minute)

    def settle(self, times: Sequence[datetime], before: Sequence[int | None]) -> list[datetime]:
        """Put times in order and out of the future.

        `before[i]` is the place of what must come before the i-th (a comment's post, the message above),
        always a smaller one. What would lie ahead is spread, in its order, over the last two hours.
        """
        settled: list[datetime] = []
        for moment, above in zip(times, before, strict=True):
            settled.append(moment if above is None else max(moment, settled[above] + STEP))
        ahead = sorted((t, i) for i, t in enumerate(settled) if t >= self.now)
        begin = max([self.now - LATELY, *(t for t in settled if t < self.now)]) if ahead else self.now
        for place, (_moment, i) in enumerate(ahead, 1):
            settled[i] = begin + (self.now - begin) * (place / (len(ahead) + 1))
        return settled

    def soon(self, moment: datetime, chance: random.Random, hours: float = 20.0) -> datetime:
        """Give a time some hours after another one, not in the future."""
        return min(moment + timedelta(hours=chance.uniform(0.05, hours)), self.now)

    def working_days(self) -> list[date]:
        """Give the working days that the demo covers, up to today, oldest first."""
        days = (self.today - timedelta(days=ago) for ago in range(DAYS, -1, -1))
        return [day for day in days if day.weekday() < SATURDAY]
