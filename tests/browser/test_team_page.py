"""The team page in Chromium: by keyboard, on a phone, and the visit that an interaction tells of."""

import re
from collections.abc import Callable
from itertools import pairwise

from playwright.sync_api import Page, expect


def test_how_a_figure_is_computed_opens_by_keyboard(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/team")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon équipe")
    first = page.locator(".kpi").first
    details = first.locator("details").nth(1)
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(details.get_by_text("28 derniers jours")).to_be_visible()
    expect(first.locator("svg.spark")).to_have_attribute("aria-label", re.compile("semaine"))
    assert page.wrong == []  # type: ignore[attr-defined]


def spoken(page: Page) -> list[str]:
    """What a screen reader meets in the main part, in its order: role and name of headings, pictures, lists, tables."""
    found = []
    for line in page.locator("main").aria_snapshot().splitlines():
        said = re.match(
            r"""\s*- '?(heading|img|list|table|region|group|navigation)\b *(?:"(.*?)")?(.*)""", line
        )
        if said:
            level = re.search(r"level=(\d)", said[3])
            found.append(f"{said[1]}{level[1] if level else ''} {said[2] or ''}".strip())
    return found


def levels_are_right(order: list[str]) -> bool:
    """One first heading, and none that skips a level."""
    levels = [int(line[7]) for line in order if line.startswith("heading")]
    return levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels))


def test_a_screen_reader_meets_what_to_do_then_each_figure_from_its_question_to_its_act(
    open_as: Callable[..., Page],
) -> None:
    page = open_as("sofia", "/team")
    order = spoken(page)
    assert levels_are_right(order)
    assert order[0] == "heading1 Mon équipe"
    parts = [line for line in order if line.startswith("heading2")]
    assert parts == ["heading2 Cette semaine, vous pouvez…", "heading2 Les chiffres de l’équipe"]
    todo = order[order.index(parts[0]) : order.index(parts[1])]
    assert todo[1] == "list"
    assert 1 <= len([line for line in todo if line.startswith("heading3")]) <= 5
    cards = page.locator(".kpi")
    expect(cards).to_have_count(8)
    for n in range(8):
        card = cards.nth(n)
        name = card.get_by_role("heading").inner_text()
        lines = card.aria_snapshot().splitlines()
        kinds = [re.sub(r"\W*(\w+).*", r"\1", line) for line in lines]
        assert name in lines[0]
        assert kinds[1:4] == ["heading", "paragraph", "paragraph"]  # name, question, value
        assert kinds[-2:] == ["group", "group"]  # weeks as a table, how it is computed
        assert all(name in line for line in lines[-2:])  # each says of what, also out of context
        assert lines[2].rstrip().endswith("?")
    told = [line for line in order if line.startswith("img ")]
    assert told
    assert all("semaine" in line for line in told)


def test_a_screen_reader_meets_a_table_or_words_with_each_picture_of_the_company(
    open_as: Callable[..., Page],
) -> None:
    page = open_as("sofia", "/indicators")
    order = spoken(page)
    assert levels_are_right(order)
    assert order[:2] == ["navigation Chiffres", "heading1 L’entreprise en chiffres"]
    assert [line for line in order if line.startswith("heading2")] == [
        "heading2 Les chiffres et douze semaines d’évolution",
        "heading2 En images",
    ]
    drawings = page.locator(".drawings > section")
    for n in range(drawings.count()):
        section = drawings.nth(n)
        pictures = section.get_by_role("img")
        assert all(picture.get_attribute("aria-label") for picture in pictures.all())
        if pictures.count():
            after = section.locator("table, ul, dl")
            assert after.count(), section.get_by_role("heading").inner_text()
    seen = page.evaluate("[...document.querySelectorAll('main h2')].map(h => h.getBoundingClientRect().top)")
    assert seen == sorted(seen)  # read in the order in which it is seen


def test_my_team_is_printed_on_one_sheet(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/team")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    longer = "for (const a of document.querySelectorAll('.todo h3 a')) a.textContent = 'Une question longue, '.repeat(5)"
    page.evaluate(longer)  # titles are cut at ninety characters
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    page.emulate_media(media="print")
    expect(page.locator(".kpi .big, .kpi .hidden-value")).to_have_count(8)
    expect(page.get_by_text("Télécharger les valeurs publiées")).to_be_hidden()
    expect(page.get_by_text("L’équipe est-elle présente")).to_be_visible()


def test_the_table_of_weeks_fits_a_phone(open_as: Callable[..., Page]) -> None:
    page = open_as("sofia", "/team", viewport={"width": 390, "height": 800})
    weeks = page.locator(".kpi").first.locator("details").first
    weeks.locator("summary").click()
    expect(weeks.get_by_role("row")).to_have_count(13)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_interaction_tells_of_the_visit_once(open_as: Callable[..., Page]) -> None:
    page = open_as("karim", "/indicators/definitions")
    with page.expect_response(lambda answer: answer.url.endswith("/presence/visit")) as told:
        page.keyboard.press("Tab")
    assert told.value.status == 204
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url) if "presence" in request.url else None)
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert calls == []
