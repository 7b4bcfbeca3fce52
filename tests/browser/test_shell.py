"""The frame around every page: without JavaScript, by keyboard, offline, in both themes."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import axe

Open = Callable[..., Page]


def test_a_page_that_is_not_there_still_has_its_frame(open_as: Open) -> None:
    page = open_as("amelie", "/not-there")
    expect(page.get_by_role("heading", level=1)).to_have_text("Introuvable")
    expect(page.get_by_role("navigation", name="Navigation principale", exact=True)).to_be_visible()


def test_the_skip_link_comes_first_and_leads_to_the_content(open_as: Open) -> None:
    page = open_as("amelie", "/not-there")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_opens_by_keyboard_and_gives_the_focus_back(open_as: Open) -> None:
    page = open_as("amelie", "/not-there")
    mine = page.get_by_role("button", name="Votre menu")
    mine.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_hidden()
    expect(mine).to_be_focused()


def test_the_chosen_theme_stays_on_the_next_page(open_as: Open) -> None:
    page = open_as("amelie", "/not-there")
    page.get_by_role("button", name="Votre menu").click()
    page.get_by_role("button", name="Sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/offline")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 21, 22)"


def test_the_menu_opens_without_javascript(open_as: Open) -> None:
    page = open_as("amelie", "/not-there", java_script_enabled=False)
    page.get_by_role("button", name="Votre menu").click()
    expect(page.get_by_role("link", name="Mon profil")).to_be_visible()


def test_without_a_network_the_offline_page_is_shown(open_as: Open) -> None:
    page = open_as("amelie", "/offline", service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.goto("/messages")
    expect(page.get_by_role("heading", name="Vous êtes hors ligne")).to_be_visible()
    page.context.set_offline(False)


def test_what_can_be_installed_is_described(open_as: Open) -> None:
    page = open_as("amelie", "/offline")
    manifest = page.request.get("/app.webmanifest").json()
    assert manifest["name"] == "Rosemar"
    assert manifest["lang"] == "fr"
    for one in manifest["icons"]:
        assert page.request.get(one["src"]).ok


def test_the_first_letters_open_what_they_name_by_keyboard(open_as: Open) -> None:
    page = open_as("amelie")
    box = page.get_by_role("combobox", name="Rechercher une personne, une compétence, un sujet")
    page.locator("#site-search").focus()
    expect(box).to_have_attribute("aria-autocomplete", "list")
    box.press_sequentially("sofia mar")
    option = page.get_by_role("option", name="Sofia Marchetti")
    expect(option).to_be_visible()
    assert axe.violations(page) == []
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sofia Marchetti")
