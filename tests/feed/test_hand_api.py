"""Posts in hand for programs: pinned, closed, moved, left out of one's feed; the rights are those of the pages."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.core.model import encode_id
from tests.feed.conftest import browse, make_group, no_cached_cards, people

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]
API = "/api/v1"


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def publish(browser: Any, **fields: Any) -> str:
    answer = browser.post(f"{API}/posts", json={"kind": "message", "body": "Bonjour"} | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_post_is_pinned_closed_and_moved(browse: Browse, make_group: Any) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    here, there = make_group("Ici", "amelie", "karim"), make_group("Là", "karim", "amelie")
    one = f"{API}/posts/{publish(karim, group=here)}"
    assert karim.put(f"{one}/pin").status_code == 403
    assert amelie.put(f"{one}/pin").status_code == 204
    assert "Bonjour" in amelie.get(f"/groups/{here}").text
    assert amelie.delete(f"{one}/pin").status_code == 204
    assert amelie.put(f"{one}/close", json={"reason": "Réglé"}).status_code == 204
    refused = karim.post(f"{one}/comments", json={"body": "Encore"})
    assert refused.status_code == 403
    assert browse("sofia").delete(f"{one}/close").status_code in {403, 404}
    assert amelie.delete(f"{one}/close").status_code == 204
    assert karim.post(f"{one}/comments", json={"body": "Encore"}).status_code == 201
    assert karim.put(f"{one}/group", json={"group": "absent"}).status_code == 404
    moved = karim.put(f"{one}/group", json={"group": there})
    assert (moved.status_code, moved.json["group"]["slug"]) == (200, there)
    assert amelie.put(f"{one}/close", json={"why": "x"}).status_code == 422


def test_a_move_that_loses_somebody_asks_to_be_sure(browse: Browse, make_group: Any) -> None:
    amelie = browse("amelie")
    there = make_group("Là", "amelie", visibility="closed")
    one = f"{API}/posts/{publish(amelie, body='Vois @karim.benali')}"
    assert amelie.put(f"{one}/group", json={"group": there}).status_code == 422
    assert amelie.put(f"{one}/group", json={"group": there, "sure": True}).status_code == 200
    assert browse("karim").get(one).status_code == 404


def test_what_is_left_out_of_the_feed(browse: Browse, make_group: Any, people: dict[str, int]) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    slug, him = make_group("Ici", "karim", "amelie"), encode_id(people["karim"])
    hidden = publish(karim, body="Caché #melon")
    for what, key in (("people", him), ("groups", slug), ("tags", "Melon"), ("kinds", "poll")):
        assert amelie.put(f"{API}/me/left-out/{what}/{key}").status_code == 204
    assert amelie.get(f"{API}/me/left-out").json == {
        "people": [him], "groups": [slug], "tags": ["melon"], "kinds": ["poll"],
    }  # fmt: skip
    assert hidden not in [item["id"] for item in amelie.get(f"{API}/feed").json["items"]]
    for what, key in (("people", him), ("groups", slug), ("tags", "melon"), ("kinds", "poll")):
        assert amelie.delete(f"{API}/me/left-out/{what}/{key}").status_code == 204
    assert hidden in [item["id"] for item in amelie.get(f"{API}/feed").json["items"]]
    for what, key in (
        ("people", encode_id(people["amelie"])),
        ("kinds", "none"),
        ("all", "x"),
        ("tags", "x" * 81),
    ):
        assert amelie.put(f"{API}/me/left-out/{what}/{key}").status_code == 422
    assert amelie.put(f"{API}/me/left-out/groups/absent").status_code == 404
