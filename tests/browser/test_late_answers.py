"""Several controls change one part of the page: answers that come late never bring an older state back, nor get lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

Open = Callable[..., Page]


def hold_first(page: Page, address: str) -> list[Route]:
    """Keep the first request to `address` waiting until it is let go; the later ones go on."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(address), handle)
    return held


def test_a_skill_taken_away_stays_away_when_the_change_of_its_level_is_answered_late(open_as: Open) -> None:
    page = open_as("thomas", "/settings/skills", locale="fr")
    page.get_by_label("Une compétence", exact=True).fill("Sténographie")
    page.get_by_role("button", name="Ajouter").click()
    level = page.get_by_label("Niveau de Sténographie")
    remove = page.get_by_role("button", name="Retirer Sténographie")
    expect(level).to_be_visible()
    held = hold_first(page, "/settings/skills/.+")
    level.select_option("4")
    expect(level).to_have_value("4")
    remove.click()
    expect(page.locator("#own-skills")).to_be_visible()
    held[0].continue_()
    expect(remove).to_have_count(0)
    page.reload()
    expect(page.locator("#own-skills")).to_be_visible()
    expect(remove).to_have_count(0)
    assert page.wrong == []  # type: ignore[attr-defined]


def test_three_clicks_on_one_card_are_all_shown_when_the_first_is_answered_late(open_as: Open) -> None:
    page = open_as("ines", viewport={"width": 1280, "height": 900})
    card = page.locator("#posts article").first
    thanks, keep = card.locator("footer > form > button[value=thanks]"), card.locator("button[name=keep]")
    more = card.locator("footer > form > button[popovertarget]")
    thanked, kept = thanks.get_attribute("aria-pressed"), keep.get_attribute("aria-pressed")
    held = hold_first(page, r"/posts/[^/]+/(reactions|bookmark)")
    thanks.click()
    keep.click()
    more.click()
    idea = card.locator(".menu button[name=name]").nth(1)
    name, given = idea.get_attribute("value"), idea.get_attribute("aria-pressed")
    idea.click()
    held[0].continue_()
    expect(thanks).not_to_have_attribute("aria-pressed", str(thanked))
    expect(keep).not_to_have_attribute("aria-pressed", str(kept))
    expect(card.locator(f".menu button[value={name}]")).not_to_have_attribute("aria-pressed", str(given))
    assert page.wrong == []  # type: ignore[attr-defined]


def test_a_refusal_is_said_though_its_button_was_replaced_meanwhile(open_as: Open) -> None:
    page = open_as("ines", viewport={"width": 1280, "height": 900})
    card = page.locator("#posts article").first
    page.route(re.compile("/bookmark$"), lambda route: route.fulfill(status=403))
    held = hold_first(page, r"/posts/[^/]+/reactions")
    thanks = card.locator("footer > form > button[value=thanks]")
    thanked = thanks.get_attribute("aria-pressed")
    thanks.click()
    card.locator("button[name=keep]").click()
    held[0].continue_()
    expect(thanks).not_to_have_attribute("aria-pressed", str(thanked))
    expect(page.locator("#toasts .toast.error")).to_be_visible()
