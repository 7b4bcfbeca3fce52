"""A whole discussion by keyboard alone, in French; a message survives a reload; a page that was asleep catches up."""

from playwright.sync_api import Page, expect

from tests.browser.test_live_discussion import Opens, Pair, bodies, call, write


def to_message(page: Page, text: str) -> None:
    """Go from the list of messages up to one, by arrows."""
    page.locator(".messages-scroll").focus()
    wanted = page.locator(".message", has_text=text)
    for _step in range(8):
        page.keyboard.press("ArrowUp")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{text!r} cannot be reached by arrow keys")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus."""
    for _step in range(25):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => { const one = document.activeElement; return one.getAttribute('aria-label') || one.textContent.trim(); }"
        )
        if said == name:
            return
    raise AssertionError(f"{name!r} cannot be reached by Tab")


def choose(page: Page, name: str) -> None:
    """Open the menu of the message in front, and choose from it."""
    tab_to(page, "Autres actions")
    page.keyboard.press("Enter")
    expect(page.locator(".message-menu")).to_be_visible()
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_all_of_it_by_keyboard(open_as: Opens) -> None:
    pair = Pair(open_as, reduced_motion="reduce")
    karim = pair.karim
    for text in ("première ligne", "à épingler"):
        call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": text})
    karim.reload()
    karim.locator(f"#c-{pair.id}").focus()
    karim.keyboard.press("Enter")
    expect(karim.locator("html")).to_have_attribute("data-connection", "online")
    box = karim.get_by_role("textbox", name="Votre message")
    expect(box).to_be_focused()
    karim.keyboard.type("ma réponse")
    karim.keyboard.press("Enter")
    expect(karim.locator(".message.mine[data-id]")).to_have_count(1)

    to_message(karim, "à épingler")
    choose(karim, "Épingler pour tous")
    expect(karim.locator(".message", has_text="à épingler").locator(".pin")).to_be_visible()
    to_message(karim, "à épingler")
    choose(karim, "Garder pour plus tard")
    expect(karim.locator(".message", has_text="à épingler").locator(".keep")).to_be_visible()
    to_message(karim, "première ligne")
    tab_to(karim, "Réagir")
    karim.keyboard.press("Enter")
    expect(karim.locator(".message-menu .signs button").first).to_be_focused()
    karim.keyboard.press("Enter")
    expect(karim.locator(".message", has_text="première ligne").locator(".reacts button")).to_have_count(1)
    to_message(karim, "première ligne")
    choose(karim, "Répondre dans un fil")
    expect(karim.locator(".chat-thread")).to_be_visible()
    expect(karim.get_by_role("textbox", name="Votre réponse dans le fil")).to_be_focused()
    karim.keyboard.type("dans le fil")
    karim.keyboard.press("Enter")
    expect(karim.locator(".chat-thread .message[data-id]")).to_have_count(1)
    karim.keyboard.press("Escape")
    expect(karim.locator(".chat-thread")).to_have_count(0)

    to_message(karim, "ma réponse")
    choose(karim, "Supprimer")
    expect(karim.get_by_role("dialog")).to_be_visible()
    tab_to(karim, "Supprimer")
    karim.keyboard.press("Enter")
    expect(karim.locator(".message.deleted")).to_have_count(1)
    karim.locator(".chat-head [popovertarget]").focus()
    karim.keyboard.press("Enter")
    tab_to(karim, "Ne plus compter ses messages")
    karim.keyboard.press("Enter")
    expect(karim.locator(".chat-head button", has_text="Compter de nouveau ses messages")).to_have_count(1)
    assert karim.wrong == []


def test_what_waits_survives_a_reload_and_a_sleeping_page_catches_up(open_as: Opens) -> None:
    pair = Pair(open_as)
    amelie, karim = pair.both()
    sofia = open_as("sofia", "/messages")
    person = sofia.evaluate("document.body.dataset.viewer")
    call(amelie, "PUT", f"/conversations/{pair.id}/members/{person}")
    write(amelie, "avant")
    expect(amelie.locator(".message[data-id]")).to_have_count(1)
    amelie.route("**/api/v1/conversations/*/messages", lambda route: route.abort())
    amelie.context.set_offline(True)
    amelie.evaluate("window.dispatchEvent(new Event('offline'))")
    write(amelie, "écrit dans le tunnel")
    expect(amelie.locator(".message.sending")).to_have_count(1)
    amelie.unroute("**/api/v1/conversations/*/messages")
    amelie.context.set_offline(False)
    amelie.reload()
    expect(amelie.locator(".message[data-id]", has_text="écrit dans le tunnel")).to_have_count(
        1, timeout=20_000
    )
    expect(amelie.locator(".message.sending")).to_have_count(0)
    second = open_as("karim", pair.path)
    expect(second.locator("html")).to_have_attribute("data-connection", "online")
    # The phone sleeps: no timer runs, no packet comes; what was said meanwhile is there once it wakes.
    asleep = karim.context.new_cdp_session(karim)
    asleep.send("Page.setWebLifecycleState", {"state": "frozen"})
    pair.open(sofia)
    for text in ("un", "deux", "trois"):
        write(sofia, text)
    expect(second.locator(".message[data-id]", has_text="trois")).to_have_count(1)
    asleep.send("Page.setWebLifecycleState", {"state": "active"})
    for page in (karim, second, amelie):
        expect(page.locator(".message[data-id]", has_text="trois")).to_have_count(1, timeout=20_000)
    assert bodies(karim)[-4:] == bodies(second)[-4:] == ["écrit dans le tunnel", "un", "deux", "trois"]
