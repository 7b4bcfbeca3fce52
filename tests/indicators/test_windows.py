"""Local days and windows: clock changes, missing and repeated midnights, cohorts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rse.indicators.engine.windows import Calendar, Windows, instant, micros

PARIS = Calendar(ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/Paris", "2026-06-30", "2026-06-29T22:00:00"),
        ("Europe/Paris", "2025-10-27", "2025-10-26T23:00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00"),  # 00:00 to 01:00 is missing
        ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00"),  # likewise
        ("America/Havana", "2023-11-05", "2023-11-05T04:00:00"),  # 00:00 to 01:00 comes twice
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00"),  # 00:01 goes back to 23:01
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00"),  # the day before does not exist
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00"),
    ],
)
def test_a_local_day_begins_at_its_first_instant(zone, day, start):
    begun = Calendar(ZoneInfo(zone)).start(date.fromisoformat(day))
    assert begun == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_days_follow_each_other_without_gap_in_every_odd_zone():
    for zone in (
        "America/Sao_Paulo",
        "Africa/Cairo",
        "America/Havana",
        "Pacific/Apia",
        "Asia/Gaza",
        "Asia/Beirut",
    ):
        calendar = Calendar(ZoneInfo(zone))
        for year in (2011, 2018, 2023):
            days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
            starts = [calendar.start(day) for day in days]
            assert starts == sorted(starts), zone
            for day, start in zip(days, starts, strict=True):
                skipped = calendar.start(day + timedelta(days=1)) == start
                assert skipped or calendar.local_day(start) == day
                assert calendar.local_day(start - timedelta(seconds=1)) < day


def test_where_clocks_cross_midnight_backwards_the_slot_follows_the_instants():
    calendar = Calendar(ZoneInfo("America/St_Johns"))
    again = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)  # 23:30 on the 6th, for the second time
    assert calendar.local_day(again) == date(2010, 11, 6)
    assert calendar.slot(again) == date(2010, 11, 7)


def test_windows_across_the_clock_change():
    windows = Windows(PARIS, date(2025, 10, 31))
    assert windows.end == datetime(2025, 10, 31, 23, tzinfo=UTC)
    assert windows.start(28) == datetime(2025, 10, 3, 22, tzinfo=UTC)
    low, high = windows.cohort(28, 72)
    assert (low, high) == (datetime(2025, 9, 30, 22, tzinfo=UTC), datetime(2025, 10, 28, 23, tzinfo=UTC))


def test_instants_are_exact_to_the_microsecond():
    at = datetime(2026, 6, 30, 21, 59, 59, 999_999, tzinfo=UTC)
    assert instant(micros(at)) == at
    assert PARIS.slot(at) == date(2026, 6, 30)
    assert PARIS.slot(at + timedelta(microseconds=1)) == date(2026, 7, 1)
