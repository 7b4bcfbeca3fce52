"""How long ago: days are those of the calendar in the reader's time zone, whatever that of the device."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        ("2026-03-10T20:00:00+01:00", "2026-03-09T08:00:00+01:00", "hier"),  # 36 hours
        ("2026-03-10T09:00:00+01:00", "2026-03-08T21:00:00+01:00", "avant-hier"),  # 36 hours
        ("2026-03-10T23:30:00+01:00", "2026-03-10T00:15:00+01:00", "il y a 23 h"),
        ("2026-03-10T01:00:00+01:00", "2026-03-09T22:00:00+01:00", "il y a 3 h"),
        ("2026-03-10T12:00:00+01:00", "2026-03-10T11:20:00+01:00", "il y a 40 min"),
        (
            "2026-03-30T09:00:00+02:00",
            "2026-03-28T23:30:00+01:00",
            "avant-hier",
        ),  # over the change of the clocks
        ("2026-03-10T09:00:00+01:00", "2026-03-01T09:00:00+01:00", "date"),
    ],
)
def test_days_are_counted_by_the_calendar(open_as: Open, now: str, then: str, words: str) -> None:
    page = open_as("amelie", "/people", locale="fr", timezone_id="Pacific/Auckland")
    page.clock.set_fixed_time(now)
    page.evaluate(
        """at => { const time = document.createElement('time'); time.id = 'probe'; time.textContent = 'date';
        time.dateTime = at; time.toggleAttribute('data-relative', true); document.querySelector('main').append(time); }""",
        then,
    )
    expect(page.locator("#probe")).to_have_text(words)
    assert page.wrong == []  # type: ignore[attr-defined]
