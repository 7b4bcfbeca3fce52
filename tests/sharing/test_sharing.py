"""A post that quotes another: whoever may not read the original does not see it, wherever it is shown."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rse.core import jobs
from tests.feed.conftest import browse, make_group, no_cached_cards, people, publish

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]


@pytest.fixture
def any_app(app: Flask) -> Flask:
    """SQLite is enough here: nothing depends on the database."""
    return app


SECRET = "le contenu du cercle"


def share(browser: Any, key: str, **values: Any) -> Any:
    return browser.post(f"/posts/{key}/share", data={"body": "Voyez ceci"} | values)


def test_the_original_is_shown_to_who_may_read_it_alone(
    any_app: Flask, browse: Browse, make_group: Any
) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    key = publish(browse("amelie"), SECRET, title="Titre du cercle", group=slug)["id"]
    assert "Seuls les membres de Cercle lisent l’original" in browse("amelie").get(f"/posts/{key}/share").text
    made = share(browse("amelie"), key)
    assert made.status_code == 303
    where = made.headers["Location"]
    for path in (where, "/", f"{where}/card", "/api/v1/feed", "/api/v1" + where):
        assert SECRET in browse("karim").get(path).text
        other = browse("sofia").get(path)
        assert other.status_code == 200
        assert "Voyez ceci" in other.text
        assert SECRET not in other.text
        assert "Titre du cercle" not in other.text
    assert "L’original ne vous est pas accessible" in browse("sofia").get(where).text


def test_the_search_does_not_find_the_original_by_its_share(
    any_app: Flask, browse: Browse, make_group: Any
) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    key = publish(browse("amelie"), SECRET, group=slug)["id"]
    share(browse("amelie"), key)
    jobs.drain()
    assert browse("sofia").get("/api/v1/search?q=contenu").json["items"] == []


def test_what_one_may_not_read_cannot_be_shared(any_app: Flask, browse: Browse, make_group: Any) -> None:
    slug = make_group("Cercle", "amelie", visibility="secret")
    key = publish(browse("amelie"), SECRET, group=slug)["id"]
    assert browse("sofia").get(f"/posts/{key}/share").status_code == 404
    assert share(browse("sofia"), key).status_code == 404
    sent = {"kind": "share", "body": "x", "original": key}
    assert browse("sofia").post("/api/v1/posts", json=sent).status_code == 422


def test_a_share_of_a_share_quotes_the_original(any_app: Flask, browse: Browse, make_group: Any) -> None:
    slug = make_group("Projet", "karim")
    key = publish(browse("amelie"), "la première publication")["id"]
    first = share(browse("karim"), key, group=slug).headers["Location"].rsplit("/", 1)[1]
    second = share(browse("sofia"), first).headers["Location"]
    assert browse("claire").get("/api/v1" + second).json["original"]["id"] == key


def test_a_deleted_original_is_not_there_any_more(any_app: Flask, browse: Browse) -> None:
    key = publish(browse("amelie"), "bientôt retiré")["id"]
    where = share(browse("karim"), key).headers["Location"]
    browse("amelie").delete(f"/api/v1/posts/{key}")
    page = browse("karim").get(where).text
    assert "bientôt retiré" not in page
    assert "n’est plus là" in page


def test_nothing_said_is_nothing_shared(any_app: Flask, browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    assert share(browse("karim"), key, body=" ").status_code == 422
