"""Publishing, reacting and answering in a browser; what others do arrives without moving the page."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def online(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "online", timeout=15_000)
    return page


def test_a_new_post_waits_in_a_pill_and_is_answered_live(open_as: Open) -> None:
    amelie = online(open_as("amelie"))
    karim = online(open_as("karim", viewport={"width": 390, "height": 844}, color_scheme="dark"))
    amelie.fill("#body", "Qui a qualifié un capteur **LoRa** en zone ATEX ?")
    amelie.locator("#composer input[value=question]").check()
    amelie.locator("#composer .primary").click()
    expect(amelie.locator("#posts article").first).to_contain_text("capteur")
    expect(amelie.locator("#body")).to_have_value("")
    expect(karim.locator(".fresh")).to_be_visible()
    expect(karim.locator("#live")).to_have_text(karim.locator(".fresh").inner_text())
    expect(karim.locator("#posts article").first).not_to_contain_text("capteur LoRa")
    karim.locator(".fresh").click()
    card = karim.locator("#posts article").first
    expect(card).to_contain_text("capteur")
    expect(card.locator("h2 a").first).to_be_focused()
    thanks = card.locator("footer > form button[value=thanks]").first
    thanks.click()
    expect(card.locator("footer > form button[value=thanks]").first).to_have_attribute("aria-pressed", "true")
    seen = amelie.locator("#posts article").first.locator("footer > form > button[value=thanks] .num")
    expect(seen).to_have_text("1")
    answer(amelie, karim, str(card.locator("a:has(time)").get_attribute("href")))


def answer(amelie: Page, karim: Page, link: str) -> None:
    amelie.goto(link)
    karim.goto(link)
    online(amelie)
    karim.fill("#comment", "Oui, à Grenoble :\n\n- certifié **Ex ib**")
    karim.locator("#comment-form .primary").click()
    expect(karim.locator("#comment-list > li")).to_have_count(1)
    expect(karim.locator("#comment")).to_have_value("")
    expect(karim.locator("#comments-title")).to_contain_text("1 réponse")
    amelie.locator(".fresh").click()
    expect(amelie.locator("#comment-list > li")).to_contain_text("Ex ib")
    amelie.locator("#comment-list button[name=comment_id]").click()
    expect(amelie.locator(".kind.answered").first).to_be_visible()
    assert amelie.wrong == []  # type: ignore[attr-defined]
    assert karim.wrong == []  # type: ignore[attr-defined]


def test_the_audience_is_said_again_when_the_group_changes(open_as: Open) -> None:
    page = open_as("amelie")
    page.locator("#body").focus()
    before = page.locator("#audience").inner_text()
    page.select_option("#group", index=1)
    expect(page.locator("#audience")).not_to_have_text(before)


def test_what_is_wrong_stands_beside_what_was_written(open_as: Open) -> None:
    page = open_as("amelie")
    page.fill("#body", "Merci @james.oneill")
    page.locator("#composer .primary").click()
    expect(page.locator("#composer .wrong").first).to_be_visible()
    expect(page.locator("#body")).to_have_value("Merci @james.oneill")


def test_a_draft_is_kept_until_it_is_sent(open_as: Open) -> None:
    page = open_as("sofia")
    page.fill("#body", "à finir demain")
    page.wait_for_timeout(400)
    page.reload()
    expect(page.locator("#body")).to_have_value("à finir demain")


def test_reading_posting_and_answering_work_without_javascript(open_as: Open) -> None:
    page = open_as("amelie", java_script_enabled=False)
    page.locator("#body").fill("Publié sans script")
    page.locator("#composer .primary").click()
    expect(page.locator("article.post .body").first).to_contain_text("Publié sans script")
    page.locator("#comment").fill("Répondu sans script")
    page.locator("#comment-form .primary").click()
    expect(page.locator("#comment-list > li")).to_contain_text("Répondu sans script")
    page.goto("/")
    page.locator("#posts article").first.locator("button[value=thanks]").first.click()
    expect(page.locator("button[value=thanks]").first).to_have_attribute("aria-pressed", "true")
