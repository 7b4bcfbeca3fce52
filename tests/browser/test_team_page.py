"""The team page in Chromium: by keyboard, on a phone, and the visit that an interaction tells of."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_how_a_figure_is_computed_opens_by_keyboard(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/team")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon équipe")
    first = page.locator(".kpi").first
    details = first.locator("details").nth(1)
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(details.get_by_text("28 derniers jours")).to_be_visible()
    expect(first.locator("svg.spark")).to_have_attribute("aria-label", re.compile("semaine"))
    assert page.wrong == []  # type: ignore[attr-defined]


def test_the_table_of_weeks_fits_a_phone(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/team", viewport={"width": 390, "height": 800})
    weeks = page.locator(".kpi").first.locator("details").first
    weeks.locator("summary").click()
    expect(weeks.get_by_role("row")).to_have_count(13)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_interaction_tells_of_the_visit_once(open_as: Callable[..., Page]) -> None:
    page = open_as("karim", "/indicators/definitions")
    with page.expect_response(lambda answer: answer.url.endswith("/presence/visit")) as told:
        page.keyboard.press("Tab")
    assert told.value.status == 204
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url) if "presence" in request.url else None)
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert calls == []
