"""Writing a post in a real browser: mention, emoji, draft, without a network, without JavaScript, and seen live by another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def test_a_post_is_published_with_a_mention_chosen_by_keyboard(open_as: Open) -> None:
    page = open_as("amelie")
    text = page.locator("#composer textarea")
    text.click()
    text.press_sequentially("Merci @kar")
    expect(page.get_by_role("option", name="Karim Benali")).to_be_visible()
    assert text.get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    text.press_sequentially("pour le plan de contrôle A17.")
    page.locator("#composer").get_by_role("button", name="Publier").click()
    card = page.locator("#posts article").first
    expect(card).to_contain_text("plan de contrôle A17")
    expect(card.get_by_role("link", name="Karim Benali")).to_be_visible()
    expect(text).to_have_value("")
    assert page.wrong == []  # type: ignore[attr-defined]


def test_a_draft_is_kept_and_goes_with_the_post(open_as: Open) -> None:
    page = open_as("sofia")
    page.locator("#composer textarea").fill("Pas fini, à suivre")
    page.wait_for_timeout(400)
    page.goto("/groups")
    page.goto("/")
    expect(page.locator("#composer textarea")).to_have_value("Pas fini, à suivre")
    page.locator("#composer").get_by_role("button", name="Publier").click()
    expect(page.locator("#posts article").first).to_contain_text("Pas fini, à suivre")
    page.reload()
    expect(page.locator("#composer textarea")).to_have_value("")


def test_an_emoji_is_found_by_its_french_name(open_as: Open) -> None:
    page = open_as("amelie")
    text = page.locator("#composer textarea")
    text.fill("Bravo ")
    text.press("End")
    page.locator("#composer").get_by_role("button", name="Émoji").click()
    search = page.get_by_role("searchbox", name="Chercher un émoji")
    expect(search).to_be_focused()
    search.fill("fusée")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Bravo 🚀")
    expect(text).to_be_focused()


def test_a_post_written_without_a_network_leaves_when_it_is_back(open_as: Open) -> None:
    page = open_as("karim")
    page.context.set_offline(True)
    page.locator("#composer textarea").fill("Écrit dans le train, sans réseau")
    page.locator("#composer").get_by_role("button", name="Publier").click()
    expect(page.locator(".toast", has_text="cela partira au retour")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".toast", has_text="a été envoyé")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page.locator("#posts article").first).to_contain_text("Écrit dans le train, sans réseau")


def test_reading_publishing_commenting_and_searching_need_no_javascript(open_as: Open) -> None:
    page = open_as("amelie", java_script_enabled=False)
    page.locator("#composer textarea").fill("Sans script, cela marche aussi")
    page.locator("#composer").get_by_role("button", name="Publier").click()
    page.goto("/")
    card = page.locator("#posts article", has_text="Sans script, cela marche aussi").first
    card.locator("time").first.click()
    page.locator("#comment-form textarea").fill("Un commentaire sans script")
    page.locator("#comment-form button.primary").click()
    expect(page.locator("#comment-list")).to_contain_text("Un commentaire sans script")
    page.goto("/search?q=garniture")
    expect(page.get_by_role("heading", level=1)).to_contain_text("garniture")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_new_post_waits_behind_a_pill_at_the_other_reader(open_as: Open, width: int) -> None:
    reader = open_as("sofia", viewport={"width": width, "height": 850})
    writer = open_as("karim")
    expect(reader.locator("html[data-connection=online]")).to_be_attached()
    first = reader.locator("#posts article").first.get_attribute("id")
    writer.locator("#composer textarea").fill(f"Nouvelle fraîche, {width}")
    writer.locator("#composer").get_by_role("button", name="Publier").click()
    pill = reader.locator("button.fresh")
    expect(pill).to_be_visible()
    assert reader.locator("#posts article").first.get_attribute("id") == first, (
        "nothing moves under the reader"
    )
    pill.click()
    expect(reader.locator("#posts article").first).to_contain_text(f"Nouvelle fraîche, {width}")
