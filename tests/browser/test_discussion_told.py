"""What a screen reader is told of a busy discussion, what is said without a network, and a topic begun on a phone."""

import uuid

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.test_discussion_without_sockets import BLOCKED
from tests.browser.test_live_discussion import Opens, Pair, bodies, call, write

PHONE = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
LISTEN = """() => {
  window.said = [];
  const regions = '[aria-live], [role=status], [role=log], [role=alert]';
  for (const region of document.querySelectorAll(regions)) {
    if (region.getAttribute('aria-live') === 'off') continue;
    new MutationObserver(() => { const words = region.textContent.trim(); if (words) window.said.push(words); })
      .observe(region, { childList: true, subtree: true, characterData: true });
  }
}"""


def said(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.said")
    return found


def test_thirty_fast_messages_are_told_in_two_sentences(open_as: Opens) -> None:
    pair = Pair(open_as)
    amelie, karim = pair.both()
    karim.evaluate(LISTEN)
    for n in range(30):
        write(amelie, f"rapide {n}")
    expect(karim.locator(".message", has_text="rapide 29")).to_have_count(1)
    expect(karim.locator("#live")).to_contain_text("rapide 29", timeout=30_000)
    assert said(karim)[0] == "Amélie Rousseau\u00a0: rapide 0"
    assert said(karim)[-1].endswith("Amélie Rousseau\u00a0: rapide 29")
    assert len(said(karim)) < 6, said(karim)
    call(
        amelie, "PUT", f"/messages/{amelie.locator('.message').first.get_attribute('data-id')}/reactions/like"
    )
    write(karim, "ma réponse")  # what one writes oneself is not read out
    expect(amelie.locator(".message", has_text="ma réponse")).to_have_count(1)
    assert not any("ma réponse" in words for words in said(karim))


def test_without_a_network_it_is_said_in_the_readers_words_and_goes_with_it(open_as: Opens) -> None:
    pair = Pair(open_as, **PHONE)
    amelie = pair.open(pair.amelie)
    write(amelie, "bonjour")
    expect(amelie.locator(".message[data-id]")).to_have_count(1)
    amelie.context.set_offline(True)
    amelie.locator(".chat-head a[data-beside]").first.click()
    toast = amelie.locator(".toast.error")
    expect(toast).to_contain_text("Vous êtes hors ligne")
    above, place = toast.bounding_box(), amelie.locator(".chat-write").bounding_box()
    assert above
    assert place
    assert above["y"] + above["height"] <= place["y"], "over the place to write"
    amelie.context.set_offline(False)
    expect(toast).to_have_count(0)
    assert amelie.wrong == []


def test_a_topic_is_begun_on_a_phone_and_goes_over_the_socket(open_as: Opens) -> None:
    amelie, karim = open_as("amelie", "/messages", **PHONE), open_as("karim", "/messages")
    group = call(amelie, "POST", "/groups", {"name": f"Ligne {uuid.uuid4().hex[:6]}", "visibility": "open"})
    call(karim, "PUT", f"/groups/{group['slug']}/membership")
    place = call(amelie, "GET", f"/groups/{group['slug']}/conversation")["id"]
    requests: list[str] = []
    amelie.on("request", lambda one: requests.append(f"{one.method} {one.url}"))
    for page in (amelie, karim):
        page.goto(f"/messages/{place}")
        expect(page.locator("html")).to_have_attribute("data-connection", "online")
    amelie.locator("#chat-topic").select_option("0")
    expect(amelie.locator("[name=new_topic]")).to_be_focused()
    amelie.keyboard.type("Budget 2027")
    assert amelie.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert axe.violations(amelie) == []
    write(amelie, "le devis")
    write(amelie, "sa suite")
    expect(karim.locator(".message .topic")).to_have_text(["Budget 2027", "Budget 2027"])
    expect(amelie.locator(".message[data-id] .topic")).to_have_count(2)
    assert [one for one in requests if one.startswith("POST") and one.endswith("/messages")] == []
    karim.locator(".chat-topics").get_by_role("link", name="Budget 2027").click()
    karim.wait_for_url("**topic**")
    assert bodies(karim) == ["le devis", "sa suite"]
    assert amelie.wrong + karim.wrong == []


def test_who_is_taken_out_is_told_and_writes_no_more_with_or_without_a_socket(open_as: Opens) -> None:
    pair = Pair(open_as)
    amelie, karim, asked = pair.amelie, pair.open(pair.karim), open_as("karim", "/messages")
    asked.add_init_script(BLOCKED)
    asked.goto(pair.path)
    call(amelie, "POST", f"/conversations/{pair.id}/messages", {"body": "voir https://example.com/plan"})
    expect(karim.locator(".message a[href^=https]")).to_have_count(1)
    assert axe.violations(karim, ".chat-room") == []  # a name above a link: both are large enough
    person = karim.evaluate("document.body.dataset.viewer")
    call(amelie, "DELETE", f"/conversations/{pair.id}/members/{person}")
    call(amelie, "POST", f"/conversations/{pair.id}/messages", {"body": "entre nous"})
    for page in (karim, asked):
        expect(page.locator(".chat-state")).to_have_text(
            "Vous n’êtes plus dans cette conversation.", timeout=20_000
        )
        expect(page.locator(".chat-write")).to_have_attribute("inert", "")
        assert "entre nous" not in bodies(page)


def test_who_is_taken_out_of_a_closed_group_is_told_in_its_discussion(open_as: Opens) -> None:
    amelie, karim = open_as("amelie", "/messages"), open_as("karim", "/messages")
    person = karim.evaluate("document.body.dataset.viewer")
    group = call(amelie, "POST", "/groups", {"name": f"Ligne {uuid.uuid4().hex[:6]}", "visibility": "closed"})
    call(amelie, "POST", f"/groups/{group['slug']}/members", {"person_ids": [person]})
    call(karim, "PUT", f"/groups/{group['slug']}/membership")
    place = call(karim, "GET", f"/groups/{group['slug']}/conversation")["id"]
    karim.goto(f"/messages/{place}")
    expect(karim.locator("html")).to_have_attribute("data-connection", "online")
    write(karim, "me voici")
    expect(karim.locator(".message[data-id]")).to_have_count(1)
    call(amelie, "DELETE", f"/groups/{group['slug']}/members/{person}")
    expect(karim.locator(".chat-state")).to_have_text("Vous n’êtes plus dans cette conversation.")
    expect(karim.locator(".chat-write")).to_have_attribute("inert", "")
