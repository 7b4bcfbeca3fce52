"""People in a browser: a skill is found while typing, confirmed without leaving the page, a photo is taken."""

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def test_a_skill_is_suggested_chosen_and_taken_away_by_keyboard(open_as: Open) -> None:
    page = open_as("amelie", "/settings/skills", locale="fr")
    field = page.get_by_role("combobox", name="Une compétence")
    with page.expect_response(re.compile("machin")):  # one answer: a later one would begin the list anew
        field.fill("machin")
    listbox = page.get_by_role("listbox", name="Compétences")
    expect(listbox.get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", re.compile(r"suggestions-\d+-0"))
    field.press("Escape")
    expect(listbox).to_have_count(0)
    field.fill("Cafetière à piston")
    field.press("Enter")
    remove = page.get_by_role("button", name="Retirer Cafetière à piston")
    expect(remove).to_be_visible()
    level = page.get_by_label("Niveau de Cafetière à piston")
    level.select_option("4")
    expect(level.locator("option[selected]")).to_have_text(
        "Référence"
    )  # as the server says it, no longer only as it was chosen
    remove.click()
    expect(remove).to_have_count(0)
    assert page.wrong == []


def test_a_colleague_confirms_a_skill_and_takes_it_back_on_the_page(open_as: Open) -> None:
    amelie = open_as("amelie", "/settings/skills", locale="fr")
    amelie.get_by_label("Une compétence", exact=True).fill("Cafetière à piston")
    amelie.get_by_role("button", name="Ajouter").click()
    expect(amelie.get_by_role("button", name="Retirer Cafetière à piston")).to_be_visible()
    page = open_as("karim", "/people?q=rousseau", locale="fr")
    page.get_by_role("link", name="Amélie Rousseau").first.click()
    button = page.get_by_role("button", name=re.compile("(Confirmer|Confirmée par vous) Cafetière à piston"))
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(page.get_by_text("1 confirmation").first).to_be_visible()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    follow = page.get_by_role("button", name=re.compile("(Suivre|Suivi) Amélie"))
    pressed = follow.get_attribute("aria-pressed")
    follow.click()
    expect(follow).not_to_have_attribute("aria-pressed", pressed or "")
    assert page.wrong == []


def test_a_photo_is_shown_once_it_is_taken(open_as: Open, tmp_path: Path) -> None:
    file = tmp_path / "me.png"
    Image.new("RGB", (300, 200), (20, 120, 90)).save(file)
    page = open_as("sofia", "/settings/profile", locale="fr")
    page.get_by_label("Votre photo").set_input_files(file)
    page.get_by_role("button", name="Choisir cette photo").click()
    expect(page.get_by_text("Votre photo est modifiée.")).to_be_visible()
    image = page.locator("main .avatar img").first
    expect(image).to_have_js_property("naturalWidth", 200)
    page.get_by_role("button", name="Retirer ma photo").click()
    expect(page.locator("main .avatar img")).to_have_count(0)
    assert page.wrong == []


def test_the_directory_is_narrowed_and_goes_on(open_as: Open) -> None:
    page = open_as("amelie", "/people", locale="fr", viewport={"width": 1440, "height": 900})
    first = page.locator("#people > li .name").first.inner_text()
    page.get_by_role("link", name="Afficher la suite").click()
    expect(page.locator("#people > li.card")).not_to_have_count(24)
    assert page.locator("#people > li .name").first.inner_text() == first
    page.get_by_role("complementary").get_by_role("link", name=re.compile("^Nantes")).click()
    expect(page.get_by_role("link", name=re.compile("Nantes.*Retirer le filtre"))).to_be_visible()
    assert page.wrong == []


def test_without_javascript_skills_are_kept_too(open_as: Open) -> None:
    page = open_as("claire", "/settings/skills", locale="fr", java_script_enabled=False)
    page.get_by_label("Une compétence", exact=True).fill("Tir à l'arc")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("button", name="Retirer Tir à l'arc")).to_be_visible()
    page.get_by_role("button", name="Retirer Tir à l'arc").click()
    expect(page.get_by_role("button", name="Retirer Tir à l'arc")).to_have_count(0)
