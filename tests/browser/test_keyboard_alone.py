"""A day of work without a mouse, in French and in English: each kind of post, answers, votes, groups, pages, coffee."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from rse.core import clock
from tests.browser.conftest import Served

Open = Callable[..., Page]
MOST = 150  # places that the focus may go through to what one wants
HERE = "wanted => !!document.activeElement && document.activeElement.matches(wanted)"
SUBMIT = "#composer .tools > button.primary"


@pytest.fixture(params=["fr", "en"])
def locale(request: pytest.FixtureRequest, server: Served) -> Iterator[str]:
    """Everybody's language, straight in the database; French again afterwards."""

    def put(name: str) -> None:
        with sqlite3.connect(server.folder / "rse.db", timeout=20) as database:
            database.execute("UPDATE person SET locale = ?", (name,))
        database.close()

    put(request.param)
    yield request.param
    put("fr")


def reach(page: Page, wanted: str, *, back: bool = False) -> None:
    """Go on by Tab until the focus is on what is wanted."""
    for _step in range(MOST):
        if page.evaluate(HERE, wanted):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{wanted} is not reached by the keyboard on {page.url}")


def press(page: Page, wanted: str, *, back: bool = False, key: str = "Enter") -> None:
    reach(page, wanted, back=back)
    page.keyboard.press(key)


def write(page: Page, wanted: str, words: str, *, back: bool = False) -> None:
    reach(page, wanted, back=back)
    page.keyboard.insert_text(words)


def choose(page: Page, kind: str, part: str) -> None:
    """Take a kind of post by the arrows, and wait for what it asks for."""
    reach(page, "#composer input[name=kind]")
    for _step in range(12):
        if page.evaluate(HERE, f"input[value={kind}]"):
            break
        page.keyboard.press("ArrowRight")
    expect(page.locator(f"#composer input[value={kind}]")).to_be_checked()
    if part:
        expect(page.locator(part)).to_be_visible()


def publish(page: Page, kind: str, words: str, fill: Callable[[], None] | None = None, part: str = "") -> str:
    """Publish a post of a kind on the home page; give its address."""
    page.goto("/")
    write(page, "#composer textarea[name=body]", words)
    choose(page, kind, part)
    if fill:
        fill()
    press(page, SUBMIT)
    card = page.locator("#posts article", has_text=words).first
    expect(card).to_be_visible(timeout=15_000)
    key = card.get_attribute("id") or ""
    return f"/posts/{key.removeprefix('post-')}"


def kinds_of_posts(page: Page, day: str, locale: str) -> dict[str, str]:
    """Publish one of each; what a kind asks for stands before the chips, so one goes back to it."""
    made = {"question": publish(page, "question", f"Quel capteur pour la ligne 2 ? ({locale})")}

    def poll() -> None:
        write(page, "#option-1", "Mardi", back=True)
        write(page, "#option-0", "Lundi", back=True)

    def thanks() -> None:
        write(page, "textarea[name=recipients]", "@karim.benali ", back=True)

    def event() -> None:
        reach(page, "#composer select[name=group]", back=True)
        reach(page, "#starts-at")  # its first part: the month
        page.keyboard.type(day)
        page.keyboard.press("ArrowRight")
        page.keyboard.type("0900A")
        expect(page.locator("#starts-at")).to_have_value(re.compile("T09:00$"))

    made["poll"] = publish(page, "poll", f"Quel jour pour la revue ? ({locale})", poll, "#option-0")
    made["kudos"] = publish(
        page, "kudos", f"Merci pour le dépannage. ({locale})", thanks, "textarea[name=recipients]"
    )
    made["announcement"] = publish(
        page, "announcement", f"Le site ferme vendredi. ({locale})", None, "#pinned-until"
    )
    made["event"] = publish(page, "event", f"Visite de l’atelier ({locale})", event, "#starts-at")
    made["idea"] = publish(page, "idea", f"Des plans en ligne pour tous ({locale})")
    return made


def an_answer(asker: Page, other: Page, address: str) -> None:
    """One answers, the other accepts."""
    other.goto(address)
    write(other, "#comment-form textarea", "Le 4411-B.")
    press(other, "#comment-form button.primary")
    expect(other.locator("#comment-list .comment")).to_have_count(1)
    asker.goto(address)
    press(asker, "button[name=comment_id]")
    expect(asker.locator("#comment-list .comment.accepted")).to_have_count(1)


def votes(asker: Page, other: Page, poll: str, idea: str) -> None:
    """A ballot, a vote for an idea, and its stage with a reply."""
    other.goto(poll)
    press(other, ".poll input[name=choices]", key="Space")
    press(other, ".poll form button")
    expect(other.locator(".poll")).to_contain_text("1 vote")
    other.goto(idea)
    press(other, ".idea button[aria-pressed=false]")
    expect(other.locator(".idea button[aria-pressed=true]")).to_be_visible()
    asker.goto(idea)
    press(asker, ".idea summary")
    reach(asker, ".idea select[name=status]")
    asker.keyboard.press("ArrowDown")
    write(asker, ".idea textarea[name=reason]", "Nous regardons cela en janvier.")
    press(asker, ".idea .decide button.primary")
    expect(asker.locator(".idea .steps li")).to_have_count(1)


def a_group_and_its_page(page: Page, name: str) -> None:
    """Found a group, write a page in it."""
    page.goto("/groups/new?kind=")
    write(page, "main input[name=name]", name)
    press(page, "main button.primary")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto(page.url.removesuffix("/members") + "/pages/new")
    write(page, "main input[name=title]", "Consignes")
    write(page, "main textarea[name=body]", "Toujours deux.")
    press(page, "main button.primary")
    expect(page.locator("main")).to_contain_text("Toujours deux.")


def a_place_in_it(page: Page, name: str) -> None:
    """Find the group by its name and join it."""
    page.goto(f"/groups?q={name}")
    press(page, "main a[href^='/groups/']:not([href*='?']):not([href='/groups/new'])")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    press(page, "form[action$='/join'] button")
    expect(page.locator("form[action$='/join']")).to_have_count(0)


def settings_and_coffee(page: Page) -> None:
    """Change what is told, and take part in the coffee."""
    page.goto("/settings/notifications")
    reach(page, "main form input[type=checkbox]")
    before = page.evaluate("document.activeElement.checked")
    name = page.evaluate("document.activeElement.name + '|' + document.activeElement.value").split("|")
    page.keyboard.press("Space")
    with page.expect_navigation():
        press(page, "main form.card button.primary")
    box = page.locator(f"main form input[name='{name[0]}'][value='{name[1]}']").first
    expect(box).to_be_checked(checked=not before)
    page.goto("/coffee")
    said = page.locator("main form[action='/coffee']").first.inner_text()
    press(page, "main form[action='/coffee'] button")
    expect(page.locator("main form[action='/coffee']").first).not_to_have_text(said)


def test_a_day_without_a_mouse(open_as: Open, locale: str) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    day = tomorrow.strftime("%m%d%Y")
    asker, other = open_as("thomas", locale="en-US"), open_as("sofia", locale="en-US")
    made = kinds_of_posts(asker, day, locale)
    an_answer(asker, other, made["question"])
    votes(asker, other, made["poll"], made["idea"])
    name = f"Clavier {locale}"
    a_group_and_its_page(asker, name)
    a_place_in_it(other, name)
    settings_and_coffee(other)
    assert asker.wrong == other.wrong == []  # type: ignore[attr-defined]
