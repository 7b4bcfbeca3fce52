"""A repeated Idempotency-Key makes nothing twice, and shows nothing that its person may not read any more."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.core.model import encode_id
from tests.factories import Client

As = Callable[[str], Client]
Do = Callable[..., Any]
KEY = {"Idempotency-Key": "once"}


@pytest.fixture
def secret(cast: dict[str, int], browser_as: As) -> str:
    """A secret group of Amélie, with Karim."""
    amelie = browser_as("amelie")
    made = amelie.post("/api/v1/groups", json={"name": "Projet Orion", "visibility": "secret"})
    slug = str(made.get_json()["slug"])
    amelie.post(f"/api/v1/groups/{slug}/members", json={"person_ids": [encode_id(cast["karim"])]})
    browser_as("karim").put(f"/api/v1/groups/{slug}/membership")
    return slug


def calls(slug: str, post: str, place: str) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "post": ("/api/v1/posts", {"body": "plan de l'usine", "group": slug}),
        "comment": (f"/api/v1/posts/{post}/comments", {"body": "j'y pense"}),
        "message": (f"/api/v1/conversations/{place}/messages", {"body": "à demain"}),
    }


@pytest.mark.parametrize("what", ["post", "comment", "message"])
def test_who_was_put_out_gets_no_stored_answer(
    cast: dict[str, int], browser_as: As, secret: str, what: str
) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    post = amelie.post("/api/v1/posts", json={"body": "ici", "group": secret}).get_json()["id"]
    place = karim.get(f"/api/v1/groups/{secret}/conversation").get_json()["id"]
    path, body = calls(secret, post, place)[what]
    first = karim.post(path, json=body, headers=KEY)
    again = karim.post(path, json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    out = amelie.delete(f"/api/v1/groups/{secret}/members/{encode_id(cast['karim'])}")
    assert out.status_code == 204
    refused = karim.post(path, json=body, headers=KEY)
    assert refused.status_code == 404
    for told in (first.get_json()["id"], body["body"], "Orion"):
        assert told not in refused.text


def test_a_group_that_one_has_left_is_not_shown_again(cast: dict[str, int], browser_as: As) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    values = {"name": "Projet Orion", "visibility": "secret"}
    made = amelie.post("/api/v1/groups", json=values, headers=KEY).get_json()
    path = f"/api/v1/groups/{made['slug']}"
    invited = {"person_ids": [encode_id(cast["karim"])]}
    assert amelie.post(f"{path}/members", json=invited, headers={"Idempotency-Key": "2"}).status_code == 200
    karim.put(f"{path}/membership")
    assert amelie.post(f"{path}/members", json=invited, headers={"Idempotency-Key": "2"}).get_json() == {
        "invited": 1
    }
    amelie.patch(f"{path}/members/{encode_id(cast['karim'])}", json={"role": "owner"})
    assert amelie.delete(f"{path}/membership").status_code == 204
    assert amelie.post("/api/v1/groups", json=values, headers=KEY).status_code == 404
    assert amelie.post(f"{path}/members", json=invited, headers={"Idempotency-Key": "2"}).status_code == 404


def test_a_conversation_that_one_has_left_is_not_shown_again(cast: dict[str, int], browser_as: As) -> None:
    karim = browser_as("karim")
    values = {"member_ids": [encode_id(cast["sofia"]), encode_id(cast["claire"])], "title": "Salon"}
    first = karim.post("/api/v1/conversations", json=values, headers=KEY)
    assert first.status_code == 201
    assert karim.post("/api/v1/conversations", json=values, headers=KEY).get_json() == first.get_json()
    mine = f"/api/v1/conversations/{first.get_json()['id']}/members/{encode_id(cast['karim'])}"
    assert karim.delete(mine).status_code == 204
    assert karim.post("/api/v1/conversations", json=values, headers=KEY).status_code == 404


def test_a_key_is_of_one_person_one_path_and_one_body(browser_as: As) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    first = amelie.post("/api/v1/posts", json={"body": "un"}, headers=KEY).get_json()
    assert karim.post("/api/v1/posts", json={"body": "un"}, headers=KEY).get_json()["id"] != first["id"]
    assert amelie.post("/api/v1/posts", json={"body": "deux"}, headers=KEY).status_code == 422
    other = amelie.post(f"/api/v1/posts/{first['id']}/comments", json={"body": "un"}, headers=KEY)
    assert other.status_code == 422
