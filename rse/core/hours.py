"""When somebody works: outside these hours nothing is mailed to them or pushed. Pure, local time of a zone.

Clock changes need no rule of their own: an opening is a local time, and the zone says which moment that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rse.core.company import WorkingTime

AHEAD = 370  # days that are looked at for an opening
WEEK = 7


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours: ISO days of the week, local times, days off."""

    days: frozenset[int]
    opens: time
    closes: time
    holidays: frozenset[date] = frozenset()


def _time(text: str) -> time:
    return time.fromisoformat(text)


def hours_of(company: WorkingTime, own: Mapping[str, Any] | None = None) -> Hours:
    """Join the company's hours with a person's own: these make the silence longer, never shorter.

    What would leave no hour, or no day, at all counts as not said; a company without a working day has five.
    """
    days = frozenset(company.days) or frozenset(WorkingTime().days)
    opens, closes = _time(company.opens), _time(company.closes)
    own = own or {}
    days = (days & frozenset(own.get("days") or days)) or days
    later, sooner = own.get("opens"), own.get("closes")
    first = max(opens, _time(later)) if later else opens
    last = min(closes, _time(sooner)) if sooner else closes
    if first < last:
        opens, closes = first, last
    return Hours(days, opens, closes, frozenset(date.fromisoformat(day) for day in company.holidays))


def _works(hours: Hours, day: date) -> bool:
    return day.isoweekday() in hours.days and day not in hours.holidays


def is_open(hours: Hours, moment: datetime, zone: str) -> bool:
    """Tell whether this is in somebody's working hours."""
    local = moment.astimezone(ZoneInfo(zone))
    return _works(hours, local.date()) and hours.opens <= local.time().replace(tzinfo=None) < hours.closes


def closing(hours: Hours, moment: datetime, zone: str) -> datetime:
    """Give the end of the working day that a moment is in, in UTC; the moment itself outside of one."""
    if not is_open(hours, moment, zone):
        return moment
    place = ZoneInfo(zone)
    return datetime.combine(moment.astimezone(place).date(), hours.closes, place).astimezone(UTC)


def next_opening(hours: Hours, moment: datetime, zone: str, *, not_before: date | None = None) -> datetime:
    """Give the first beginning of a working day after a moment, in UTC; a year on when there is none."""
    place = ZoneInfo(zone)
    local = moment.astimezone(place).date()
    for ahead in range(AHEAD):
        day = local + timedelta(days=ahead)
        if _works(hours, day) and (not_before is None or day >= not_before):
            begins = datetime.combine(day, hours.opens, place).astimezone(UTC)
            if begins > moment:
                return begins
    return moment + timedelta(days=AHEAD)


def when_open(hours: Hours, moment: datetime, zone: str) -> datetime:
    """Give the moment itself in working hours, else the next beginning of a working day."""
    return moment if is_open(hours, moment, zone) else next_opening(hours, moment, zone)


def next_week(hours: Hours, moment: datetime, zone: str) -> datetime:
    """Give the beginning of the first working day of the week after this one."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    monday = local + timedelta(days=WEEK + 1 - local.isoweekday())
    return next_opening(hours, moment, zone, not_before=monday)
