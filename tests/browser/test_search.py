"""The search by keyboard alone, on a phone and on a wide dark screen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe

Open = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}}
WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
FAR = 80  # presses of Tab


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def calm(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe.violations(page) == []
    assert page.wrong == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("screen", [PHONE, WIDE])
def test_from_the_box_to_a_result_and_back(open_as: Open, screen: dict[str, Any]) -> None:
    page = open_as("amelie", **screen)
    tab_to(page, "#site-search")
    expect(page.locator("#site-search")).to_have_attribute("aria-autocomplete", "list")
    page.keyboard.type("sap")
    expect(page.locator(".suggest [role=option]").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".suggest [role=option]")).to_have_count(0)
    expect(page.locator("#site-search")).to_have_value("sap")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("sap")
    expect(page.locator("#results mark").first).to_be_visible()
    calm(page)
    tab_to(page, "#results h3 a")
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/posts/"))
    page.go_back()
    expect(page.get_by_role("link", name=title, exact=True).first).to_be_visible()


@pytest.mark.parametrize("screen", [PHONE, WIDE])
def test_a_filter_is_set_and_taken_off(open_as: Open, screen: dict[str, Any]) -> None:
    page = open_as("amelie", "/search?q=kind:message", **screen)
    if screen is PHONE:
        tab_to(page, "details.filters-fold > summary")
        page.keyboard.press("Enter")
    tab_to(page, ".filters-fold[open] a, .filters-beside a")
    page.keyboard.press("Enter")
    chosen = page.locator(".chips.chosen a")
    expect(chosen).to_have_count(1)
    calm(page)
    tab_to(page, ".chips.chosen a")
    page.keyboard.press("Enter")
    expect(chosen).to_have_count(0)


def test_what_follows_is_added_and_read_on_from_there(open_as: Open) -> None:
    page = open_as("amelie", "/search?q=kind:message", **WIDE)
    results = page.locator("#results > article")
    many = results.count()
    page.locator("#more a").focus()
    page.keyboard.press("Enter")
    expect(results.nth(many)).to_be_visible()
    expect(results.nth(many).locator("a").first).to_be_focused()
    calm(page)


@pytest.mark.parametrize("screen", [PHONE, WIDE])
def test_where_nothing_is_found_it_can_be_asked(open_as: Open, screen: dict[str, Any]) -> None:
    page = open_as("amelie", "/search", **screen)
    expect(page.locator("#search-here")).to_be_focused()
    page.keyboard.type("qwzrtpl vbnxk")
    page.keyboard.press("Enter")
    expect(page.locator(".next-head")).to_contain_text("qwzrtpl vbnxk")
    calm(page)
    tab_to(page, "#next-body")
    expect(page.locator("#next-body")).to_have_value("qwzrtpl vbnxk")
    tab_to(page, ".next-step button.primary")


def test_a_search_is_saved_silenced_and_deleted(open_as: Open) -> None:
    page = open_as("amelie", "/search?q=capteur", **PHONE)
    tab_to(page, "form[action$='/save'] button, form[action*='saved'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recherches enregistrées")
    saved = page.locator("main .card").filter(has_text="capteur")
    expect(saved).to_have_count(1)
    calm(page)
    saved.get_by_role("button", name=re.compile("Ne pas me prévenir")).press("Enter")
    expect(saved.get_by_role("button", name=re.compile("Me prévenir"))).to_be_visible()
    saved.get_by_role("button", name=re.compile("Supprimer")).press("Enter")
    expect(page.locator("main .card").filter(has_text="capteur")).to_have_count(0)


@pytest.mark.parametrize(
    "typed", ['"' * 300, "*" * 400, "é" * 400, "a" * 400, "((((", "-", "author:", "\\", "🙂"]
)
def test_whatever_is_typed_is_answered(open_as: Open, typed: str) -> None:
    page = open_as("amelie", "/search", **PHONE)
    page.locator("#search-here").fill(typed)
    with page.expect_navigation() as going:
        page.keyboard.press("Enter")
    assert going.value.status in {200, 422}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
