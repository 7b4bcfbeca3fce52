"""A draft goes on from another device, is scheduled by keyboard; a question finds who could answer while it is typed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import overflow, violations

Open = Callable[..., Page]
TEXT = "Compte rendu commencé au bureau"


def kept(page: Page, text: str) -> None:
    """Write in the composer, until the server has it."""
    area = page.locator("#composer textarea")
    area.focus()
    with page.expect_response(lambda one: "/drafts/here" in one.url and one.request.method == "POST"):
        area.fill(text)


def test_a_draft_goes_on_from_another_device(open_as: Open) -> None:
    office, train = open_as("claire"), open_as("claire", viewport={"width": 390, "height": 780})
    kept(office, TEXT)
    train.locator("#composer textarea").focus()
    offered = train.get_by_role("button", name="Reprendre le brouillon que vous avez commencé")
    expect(offered).to_be_visible()
    assert overflow(train) <= 0
    offered.press("Enter")
    expect(train.locator("#composer textarea")).to_have_value(TEXT)
    expect(train.locator("#composer textarea")).to_be_focused()
    later = train.get_by_role("button", name="Plus tard…")
    later.focus()
    train.keyboard.press("Enter")
    expect(train).to_have_url(re.compile(r"/drafts/\w+$"))
    expect(train.locator("#body")).to_have_value(TEXT)
    train.locator("#publish-at").fill("2020-01-01T09:00")
    train.get_by_role("button", name="Programmer la publication").press("Enter")
    expect(train.get_by_text("Choisissez un moment à venir")).to_be_visible()
    assert violations(train) == []
    train.get_by_role("button", name="Supprimer le brouillon").press("Enter")
    expect(train.get_by_role("heading", name="Brouillons")).to_be_visible()


def test_a_question_finds_who_could_answer_while_it_is_typed(open_as: Open) -> None:
    page = open_as("claire", "/?kind=question")
    area = page.locator("#composer textarea")
    area.fill("Comment mesurer la rugosité après le traitement de surface ?")
    people = page.get_by_role("group", name="Qui pourrait répondre")
    expect(people).to_be_visible()
    expect(people.get_by_role("checkbox").first).to_be_visible()
    assert people.get_by_role("checkbox").count() <= 3
    assert violations(page, "#composer") == []
    area.fill("")
    expect(people).to_be_hidden()


def test_every_destination_is_reached_on_a_phone(open_as: Open) -> None:
    page = open_as("claire", viewport={"width": 390, "height": 780})
    page.get_by_role("button", name=re.compile("Votre menu")).click()
    page.locator("#me-menu").get_by_role("link", name="Idées").click()
    expect(page).to_have_url(re.compile("/ideas$"))
