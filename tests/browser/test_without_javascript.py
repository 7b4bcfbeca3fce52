"""Without JavaScript one reads, posts, comments, reacts, searches and sends messages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.fixture
def page(open_as: Open) -> Page:
    return open_as("amelie", "/", java_script_enabled=False)


def test_posting_commenting_and_reacting(page: Page) -> None:
    page.locator("#composer textarea, form textarea").first.fill(
        "Sans script : qui a la clé du local **7** ?"
    )
    page.get_by_role("button", name="Publier").first.click()
    card = page.locator("article").filter(has_text="Sans script : qui a la clé du local 7").first
    expect(card).to_be_visible()
    card.get_by_role("link", name="Commenter").or_(card.get_by_role("link", name="Répondre")).first.click()
    page.locator("textarea").last.fill("Elle est à l’accueil.")
    page.get_by_role("button", name="Commenter").or_(page.get_by_role("button", name="Répondre")).last.click()
    expect(page.get_by_text("Elle est à l’accueil.")).to_be_visible()


def test_searching(page: Page) -> None:
    page.get_by_role("searchbox").first.fill("capteur")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("capteur")
    expect(page.locator("mark").first).to_be_visible()


def test_reading_on_and_on(page: Page) -> None:
    first = page.locator("article").count()
    page.get_by_role("link", name="Afficher la suite").or_(page.get_by_role("link", name="Voir plus")).or_(
        page.locator("#more a")
    ).first.click()
    expect(page.locator("article").first).to_be_visible()
    assert first >= 10
    assert "cursor=" in page.url
