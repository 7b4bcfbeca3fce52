"""Parts of the frame are kept, and are never somebody else's or of another moment."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import db
from rse.core.fragments import Cache, key_of
from rse.groups import service

Browse = Callable[[str], Any]


def test_each_sees_their_own_name_and_token(browser_as: Browse) -> None:
    for name, shown in (
        ("amelie", "Amélie Rousseau"),
        ("karim", "Karim Benali"),
        ("amelie", "Amélie Rousseau"),
    ):
        browser = browser_as(name)
        for _again in range(2):
            page = browser.get("/groups").get_data(as_text=True)
            assert shown in page
            assert ("Karim Benali" in page) == (name == "karim")
            token = page.split('name="csrf-token" content="')[1].split('"')[0]
            assert browser.post("/logout", data={"csrf": token}, csrf=False).status_code < 400
            browser = browser_as(name)


def test_the_frame_follows_language_groups_and_page(
    browser_as: Browse, session: Session, cast: dict[str, int]
) -> None:
    browser = browser_as("amelie")
    before = browser.get("/groups").get_data(as_text=True)
    assert "Mes groupes" not in before.split("</nav>")[0]
    db.begin_write()
    group = service.insert(session, name="Atelier bois", visibility="closed")
    service.enter(session, group, cast["amelie"])
    session.get_one(Person, cast["amelie"]).locale = "en"
    db.commit()
    after = browser.get("/groups").get_data(as_text=True)
    assert "Atelier bois" in after
    assert "My groups" in after
    assert "Atelier bois" not in browser_as("karim").get("/").get_data(as_text=True)


def test_what_cannot_be_a_key_is_not_kept() -> None:
    same = [key_of({"a": [1, {"b": 2}]}) for _ in range(2)]
    assert same[0] == same[1] is not None
    assert key_of({"a": [1, {"b": 3}]}) != same[0]
    assert key_of({"a": [1, {"b": 2}]}, "more") != same[0]
    assert key_of({"a": bytearray(b"x")}) is None


def test_a_full_cache_forgets_what_was_used_longest_ago() -> None:
    cache = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
