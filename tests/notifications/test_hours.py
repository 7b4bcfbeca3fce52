"""Quiet hours: zones, clock changes, weekends, holidays; a person makes the silence longer, never shorter."""

from datetime import UTC, datetime

import pytest

from rse.core.company import WorkingTime
from rse.core.hours import hours_of, is_open, next_opening, next_week, when_open

USUAL = WorkingTime(holidays=("2026-12-25",))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("Europe/Paris", "2026-11-23 12:00", "2026-11-23 12:00"),  # Monday, in hours
        ("Europe/Paris", "2026-11-23 16:59", "2026-11-23 16:59"),
        ("Europe/Paris", "2026-11-23 17:00", "2026-11-24 07:00"),  # 18:00 local: closed
        ("Europe/Paris", "2026-11-23 05:00", "2026-11-23 07:00"),
        ("Europe/Paris", "2026-11-20 19:00", "2026-11-23 07:00"),  # Friday evening
        ("America/New_York", "2026-11-23 12:00", "2026-11-23 13:00"),
        ("Asia/Tokyo", "2026-11-23 12:00", "2026-11-23 23:00"),  # 8:00 of Tuesday there
        ("Europe/Paris", "2026-12-24 20:00", "2026-12-28 07:00"),  # a holiday, then a weekend
        ("Europe/Paris", "2026-03-27 20:00", "2026-03-30 06:00"),  # the clocks go forward on Sunday
        ("Europe/Paris", "2026-10-23 20:00", "2026-10-26 07:00"),  # and back
    ],
)
def test_it_waits_for_the_next_morning(zone: str, at: str, opens: str) -> None:
    hours = hours_of(USUAL)
    assert when_open(hours, utc(at), zone) == utc(opens)
    assert is_open(hours, utc(opens), zone)


def test_an_opening_that_the_clocks_jump_over_is_a_moment_all_the_same() -> None:
    hours = hours_of(WorkingTime(days=(7,), opens="02:30", closes="12:00"))
    opening = next_opening(hours, utc("2026-03-28 12:00"), "Europe/Paris")
    assert opening == utc("2026-03-29 01:30")
    assert is_open(hours, opening, "Europe/Paris")


def test_a_person_makes_the_silence_longer_and_never_shorter() -> None:
    later = hours_of(USUAL, {"opens": "10:00", "closes": "16:00", "days": [1, 2]})
    assert when_open(later, utc("2026-11-23 07:30"), "Europe/Paris") == utc("2026-11-23 09:00")
    assert when_open(later, utc("2026-11-24 15:30"), "Europe/Paris") == utc("2026-11-30 09:00")
    wider = hours_of(USUAL, {"opens": "05:00", "closes": "23:00", "days": [6, 7]})
    assert wider == hours_of(USUAL)
    assert hours_of(USUAL, {"opens": "19:00", "closes": "22:00"}) == hours_of(USUAL)


def test_a_week_later_is_the_first_working_day() -> None:
    hours = hours_of(WorkingTime(holidays=("2026-11-30",)))
    assert next_week(hours, utc("2026-11-25 12:00"), "Europe/Paris") == utc("2026-12-01 07:00")


def test_a_company_without_a_working_day_has_five() -> None:
    assert hours_of(WorkingTime(days=())) == hours_of(WorkingTime())
