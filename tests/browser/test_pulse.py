"""The pulse in Chromium: one question, answered by keyboard with one key."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_one_key_answers_the_question(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/pulse")
    answer = page.get_by_role("main").get_by_role("button", name="Il me manquerait beaucoup")
    answer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous avez répondu, merci")).to_be_visible()
    expect(answer).to_have_count(0)
    assert page.wrong == []  # type: ignore[attr-defined]
