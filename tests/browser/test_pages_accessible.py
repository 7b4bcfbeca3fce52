"""Every page, at four widths, in both themes and both languages: axe finds nothing, nothing is wider than the window,
nothing goes wrong in the console."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import axe, pages
from tests.browser.conftest import Served

# Where axe runs, page by page in turn: once in French and in English in the other layout and the other theme.
AXE = {
    "fr": ((390, "light"), (1440, "dark"), (390, "dark"), (1440, "light")),
    "en": ((1440, "dark"), (390, "light"), (1440, "light"), (390, "dark")),
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return pages.application(tmp_path_factory.mktemp("routes"))


@pytest.fixture
def language(server: Served) -> Iterator[Callable[[str], None]]:
    """Set everybody's language, straight in the database; French again afterwards."""

    def put(locale: str) -> None:
        with sqlite3.connect(server.folder / "rse.db", timeout=20) as database:
            database.execute("UPDATE person SET locale = ?", (locale,))
        database.close()

    yield put
    put("fr")


@pytest.fixture
def reach(
    open_as: Callable[..., Page], server: Served, routes: Flask
) -> Callable[[Page, str | None], dict[str, str]]:
    """Give the pages to look at as somebody: all of an employee's, and what only others have."""

    def given(page: Page, name: str | None) -> dict[str, str]:
        found = pages.reachable(routes, page.context, server.url)
        if name == "amelie":
            return found
        usual = pages.reachable(routes, open_as("amelie", "/offline").context, server.url)
        return {view: path for view, path in found.items() if view not in usual}

    return given


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", ["amelie", "claire", "ines", None], ids=str)
def test_every_page_is_accessible(
    open_as: Callable[..., Page],
    reach: Callable[[Page, str | None], dict[str, str]],
    language: Callable[[str], None],
    name: str | None,
    locale: str,
) -> None:
    language(locale)
    page = open_as(name, "/offline", locale=locale, reduced_motion="reduce")
    wrong: list[str] = []
    for turn, (view, path) in enumerate(reach(page, name).items()):
        page.wrong.clear()  # type: ignore[attr-defined]
        page.goto(path)
        page.wait_for_load_state("load")
        found = [*axe.everywhere(page, [AXE[locale][turn % 4]]), *page.wrong]  # type: ignore[attr-defined]
        wrong += [f"{view} {path} {one}" for one in found]
    assert not wrong, "\n".join(wrong)
