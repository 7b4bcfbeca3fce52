"""The first letters in the search box: people, groups and skills whose names begin so, as far as one may open them."""

import re
from collections.abc import Callable

import pytest

from rse.core.model import encode_id
from tests import factories

Browser = Callable[[str], factories.Client]


@pytest.fixture
def places(browser_as: Browser) -> dict[str, str]:
    """Groups of Claire's: name and address."""
    claire, found = browser_as("claire"), {}
    for name, visibility in (("Inox et soudure", "open"), ("Réseau Inox", "open"), ("Inox caché", "secret")):
        made = {"name": name, "visibility": visibility, "description": "", "purpose": "professional"}
        answer = claire.post("/api/v1/groups", json=made)
        assert answer.status_code == 201, answer.text
        found[name] = f"/groups/{answer.get_json()['slug']}"
    return found


def offered(browser: factories.Client, typed: str) -> list[str]:
    html = browser.get("/search/first", query_string={"q": typed}).text
    assert html.startswith('<ul role="listbox"')
    return re.findall(r'data-value="([^"]+)"', html)


def test_people_groups_and_the_search_itself(
    browser_as: Browser, cast: dict[str, int], places: dict[str, str]
) -> None:
    browser = browser_as("amelie")
    assert offered(browser, "ines") == [f"/people/{encode_id(cast['ines'])}", "/search?q=ines"]
    found = offered(browser, "INOX")
    assert found == [places["Inox et soudure"], places["Réseau Inox"], "/search?q=INOX"]
    assert places["Inox caché"] in offered(browser_as("claire"), "inox c")
    assert offered(browser, "inox c") == []


@pytest.mark.parametrize("typed", ["", " i ", "%%", "__", "zzzz", "x" * 9_000])
def test_nothing_begins_so(browser_as: Browser, places: dict[str, str], typed: str) -> None:
    assert offered(browser_as("amelie"), typed) == []


def test_a_guest_is_offered_what_a_guest_may_open(browser_as: Browser, places: dict[str, str]) -> None:
    assert offered(browser_as("james"), "inox") == []
    assert offered(browser_as("james"), "sofia") == []
