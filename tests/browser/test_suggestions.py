"""Lists of suggestions while one types: what is chosen stays chosen, whatever comes late."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_late_answers import hold_first

Open = Callable[..., Page]


def test_the_chosen_suggestion_stays_chosen_while_the_next_list_is_on_its_way(open_as: Open) -> None:
    page = open_as("amelie", "/settings/skills", locale="fr")
    field = page.get_by_role("combobox", name="Une compétence")
    field.fill("machi")
    options = page.locator(".suggest [role=option]")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    value = options.first.get_attribute("data-value") or ""
    held = hold_first(page, "q=machin")
    with page.expect_request(re.compile("q=machin")):
        field.press("n")
    expect(options.first).to_have_attribute("aria-selected", "true")
    held[0].continue_()
    chosen = page.locator(".suggest [role=option][aria-selected=true]")
    expect(page.get_by_role("listbox")).to_have_attribute("id", re.compile("-2$"))
    expect(chosen).to_have_attribute("data-value", value)
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    field.press("Enter")
    expect(field).to_have_value(value)
    expect(options).to_have_count(0)
    assert page.wrong == []  # type: ignore[attr-defined]


def test_an_answer_for_words_that_are_gone_is_not_shown(open_as: Open) -> None:
    page = open_as("amelie")
    text = page.locator("#composer textarea")
    held = hold_first(page, "/people/mentions")
    with page.expect_request(re.compile("/people/mentions")):
        text.press_sequentially("Merci @kar")
    text.press_sequentially("im.benali ")
    held[0].continue_()
    text.press_sequentially("et @sof")
    expect(page.get_by_role("option", name="Sofia Marchetti")).to_be_visible()
    expect(page.get_by_role("option", name="Karim")).to_have_count(0)
    text.fill("")
    assert page.wrong == []  # type: ignore[attr-defined]
