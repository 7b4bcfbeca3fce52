"""What follows an @ suggests up to six people whom the writer may know."""

from collections.abc import Callable

from rse.core import db
from rse.core.model import encode_id
from tests import factories

Browser = Callable[[str], factories.Client]


def suggested(browser: factories.Client, q: str, **more: str) -> list[str]:
    html = browser.get("/people/mentions", query_string={"q": q, **more}).text
    assert html.startswith('<ul role="listbox"')
    return [part.split('"')[0] for part in html.split('data-value="@')[1:]]


def test_given_name_family_name_and_login_are_found_without_accents(
    browser_as: Browser, company: dict[str, int]
) -> None:
    browser = browser_as("karim")
    assert suggested(browser, "ines") == ["ines.lambert"]
    assert suggested(browser, "lamb") == ["ines.lambert"]
    assert suggested(browser, "AMÉLIE rou") == ["amelie.rousseau"]
    assert suggested(browser, "thomas.n") == ["thomas.nguyen"]
    assert suggested(browser, "o'ne") == ["james.oneill"]


def test_nothing_typed_or_nobody_is_an_empty_list(browser_as: Browser, company: dict[str, int]) -> None:
    for q in ("", " ", "zzz", "%", "_"):
        assert suggested(browser_as("karim"), q) == []


def test_at_most_six(browser_as: Browser, company: dict[str, int]) -> None:
    session = db.begin_write()
    for n in range(9):
        factories.make_person(session, f"paul.n{n}")
    db.commit()
    assert len(suggested(browser_as("karim"), "paul")) == 6


def test_a_guest_is_offered_whom_they_know_only(browser_as: Browser, group_with_guest: int) -> None:
    guest = browser_as("james")
    assert suggested(guest, "amelie") == ["amelie.rousseau"]
    assert suggested(guest, "karim") == []


def test_in_a_closed_group_its_members_only(
    browser_as: Browser, group_with_guest: int, company: dict[str, int]
) -> None:
    inside = {"group": encode_id(group_with_guest)}
    assert suggested(browser_as("amelie"), "james", **inside) == ["james.oneill"]
    assert suggested(browser_as("amelie"), "karim", **inside) == []
    assert suggested(browser_as("amelie"), "karim", group="zzzz") == ["karim.benali"]
