"""Two people discuss in Chromium: what one writes the other sees, through cuts, by keyboard, without a jump."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Served

Opens = Callable[..., Page]
CALL = """async ([method, path, body]) => {
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch('/api/v1' + path, { method, body: body && JSON.stringify(body),
    headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' } });
  return answer.status === 204 ? null : answer.json();
}"""


def call(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return page.evaluate(CALL, [method, path, body])


class Pair:
    """Amélie and Karim with a conversation of their own, each at their page."""

    def __init__(self, open_as: Opens, **settings: Any) -> None:
        self.amelie = open_as("amelie", "/messages", **settings)
        self.karim = open_as("karim", "/messages", **settings)
        karim = self.karim.evaluate("document.body.dataset.viewer")
        title = f"Essai {uuid.uuid4().hex[:8]}"
        made = call(self.amelie, "POST", "/conversations", {"member_ids": [karim], "title": title})
        self.id = made["id"]
        self.path = f"/messages/{self.id}"

    def open(self, page: Page) -> Page:
        page.goto(self.path)
        expect(page.locator("html")).to_have_attribute("data-connection", "online")
        return page

    def both(self) -> tuple[Page, Page]:
        return self.open(self.amelie), self.open(self.karim)


@pytest.fixture
def pair(open_as: Opens) -> Pair:
    return Pair(open_as)


def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Votre message")
    box.fill(text)
    box.press("Enter")


def bodies(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".message .body").all_inner_texts()]


def test_what_one_writes_the_other_sees(pair: Pair) -> None:
    amelie, karim = pair.both()
    write(amelie, "Bonjour **Karim**")
    expect(karim.locator(".message .body strong")).to_have_text("Karim")
    expect(amelie.locator(".message.mine")).to_have_count(1)
    expect(amelie.locator(".message.sending")).to_have_count(0)
    expect(amelie.locator(".seen")).to_have_text("Vu")
    karim.get_by_role("textbox", name="Votre message").press_sequentially("Je réponds")
    expect(amelie.locator(".typing")).to_contain_text("Karim Benali écrit")
    karim.get_by_role("textbox", name="Votre message").press("Shift+Enter")
    karim.get_by_role("textbox", name="Votre message").press_sequentially("sur deux lignes")
    karim.get_by_role("textbox", name="Votre message").press("Enter")
    expect(amelie.locator(".message .body").nth(1)).to_contain_text("sur deux lignes")
    expect(amelie.locator(".typing")).to_have_text("")
    assert bodies(amelie) == bodies(karim)
    assert amelie.wrong + karim.wrong == []


def test_unread_counts_follow_on_every_page_of_mine(pair: Pair, open_as: Opens) -> None:
    karim, other = pair.karim, open_as("karim", "/messages/new")
    for page in (karim, other):
        expect(page.locator("html")).to_have_attribute("data-connection", "online")
    badge = other.locator(".top [data-unread-messages]")
    before = int(badge.inner_text() or 0)
    pair.open(pair.amelie)
    write(pair.amelie, "un")
    write(pair.amelie, "deux")
    expect(badge).to_have_text(str(before + 2))
    item = karim.locator(f"#c-{pair.id}")
    expect(item.locator(".count")).to_contain_text("2")
    expect(item.locator(".last")).to_contain_text("deux")
    karim.bring_to_front()
    pair.open(karim)
    expect(karim.locator(".unread-line")).to_be_visible()
    expect(badge).to_have_text(str(before) if before else "")


def test_a_cut_is_told_and_made_good(pair: Pair) -> None:
    amelie, karim = pair.both()
    write(amelie, "avant")
    expect(karim.locator(".message")).to_have_count(1)
    # Stored is not yet answered: a cut in between rightly leaves the message "sending".
    expect(amelie.locator(".message[data-id]")).to_have_count(1)
    amelie.context.set_offline(True)
    amelie.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(amelie.locator(".chat-state")).to_be_visible()
    write(amelie, "pendant, de moi")
    write(karim, "pendant, de lui")
    expect(amelie.locator(".message.sending")).to_have_count(1)
    expect(amelie.locator(".message.sending .state")).to_contain_text("connexion")
    amelie.context.set_offline(False)
    expect(amelie.locator(".message.sending")).to_have_count(0, timeout=20_000)
    expect(karim.locator(".message")).to_have_count(3)
    expect(amelie.locator(".message")).to_have_count(3, timeout=20_000)
    expect(amelie.locator(".chat-state")).to_be_hidden(timeout=20_000)
    assert bodies(amelie) == bodies(karim)
    seqs = amelie.locator(".message").evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    assert seqs == [1, 2, 3]


def test_one_replies_edits_and_deletes_by_keyboard(pair: Pair) -> None:
    amelie, karim = pair.both()
    write(amelie, "premier jet")
    expect(karim.locator(".message")).to_have_count(1)
    box = amelie.get_by_role("textbox", name="Votre message")
    expect(amelie.locator(".message[data-id]")).to_have_count(1)
    box.press("ArrowUp")
    expect(box).to_have_value("premier jet")
    box.fill("au propre")
    box.press("Enter")
    expect(karim.locator(".message .body")).to_contain_text("au propre")
    expect(karim.locator(".message .edited")).to_be_visible()
    karim.locator(".messages-scroll").focus()
    karim.keyboard.press("ArrowUp")
    expect(karim.locator(".message").first).to_be_focused()
    karim.keyboard.press("Tab")
    karim.keyboard.press("Tab")
    karim.get_by_role("link", name="Répondre").first.press("Enter")
    expect(karim.locator(".chat-about")).to_contain_text("Amélie Rousseau")
    write(karim, "d'accord")
    expect(amelie.locator(".message .quoted:visible")).to_contain_text("au propre")
    amelie.locator(".message.mine").focus()
    amelie.locator(".message.mine").get_by_role("link", name="Autres actions").click()
    amelie.locator(".message-menu").get_by_role("button", name="Supprimer").click()
    amelie.get_by_role("dialog").get_by_role("button", name="Supprimer").click()
    expect(karim.locator(".message.deleted")).to_contain_text("Message supprimé")


def test_older_messages_come_without_a_jump(pair: Pair, server: Served) -> None:
    for n in range(1, 111):
        call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": f"ligne {n}"})
    call(pair.karim, "PUT", f"/conversations/{pair.id}/read", {"seq": 110})
    karim = pair.open(pair.karim)
    expect(karim.locator(".message")).to_have_count(50)
    box = karim.locator(".messages-scroll")
    top = karim.locator('.message[data-seq="61"]')
    box.evaluate("box => { box.scrollTop = 200; }")
    expect(karim.locator('.message[data-seq="11"]')).to_have_count(1)
    away = top.evaluate(
        "one => one.getBoundingClientRect().top - one.closest('.messages-scroll').getBoundingClientRect().top"
    )
    assert -250 < away < 150, away
    pair.open(pair.amelie)
    write(pair.amelie, "tout en bas")
    expect(karim.locator(".to-end .dot")).to_have_text("1")
    karim.locator(".to-end").click()
    expect(karim.locator(".message", has_text="tout en bas")).to_be_in_viewport()


def test_the_way_to_the_first_unread_is_offered_until_it_was_seen(pair: Pair) -> None:
    for n in range(1, 41):
        call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": f"ligne {n}"})
    call(pair.karim, "PUT", f"/conversations/{pair.id}/read", {"seq": 5})
    karim = pair.open(pair.karim)
    up, line = karim.locator(".to-unread"), karim.locator(".unread-line")
    expect(line).to_be_in_viewport()
    expect(up).to_be_hidden()
    box = karim.locator(".messages-scroll")
    box.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(line).not_to_be_in_viewport()
    expect(karim.locator(".message", has_text="ligne 40")).to_be_in_viewport()
    expect(up).to_be_hidden()


def test_people_are_chosen_by_typing(open_as: Opens) -> None:
    page = open_as("amelie", "/messages/new")
    field = page.get_by_role("combobox")
    field.press_sequentially("sofia mar")
    page.get_by_role("option", name="Sofia Marchetti").wait_for()
    field.press("Enter")
    expect(page.locator(".chosen button")).to_have_count(1)
    page.get_by_label("Premier message").fill("Bonjour Sofia")
    page.get_by_role("button", name="Commencer").click()
    expect(page.locator(".message.mine").last).to_contain_text("Bonjour Sofia")


def test_pages_of_discussion_are_accessible(open_as: Opens) -> None:
    pair = Pair(open_as, reduced_motion="reduce")
    pair.open(pair.amelie)
    write(pair.amelie, "Une *ligne* et `du code`")
    expect(pair.amelie.locator(".message[data-id]")).to_have_count(1)
    call(pair.karim, "POST", f"/conversations/{pair.id}/messages", {"body": "Oui"})
    expect(pair.amelie.locator(".message[data-id]")).to_have_count(2)
    for path in (pair.path, "/messages", "/messages/new", f"{pair.path}/people"):
        pair.amelie.goto(path)
        assert axe.everywhere(pair.amelie) == [], path
