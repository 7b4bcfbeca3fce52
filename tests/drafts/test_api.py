"""Drafts for programs: the same services as the pages, a draft's whole life through /api/v1."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.core.model import encode_id
from tests.drafts.test_drafts import at, browse, make_group, no_cached_cards, people

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]
API = "/api/v1/drafts"
FIELDS = {"kind": "message", "body": "Un *brouillon*", "tags": ["essai"]}


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def test_a_draft_is_made_changed_scheduled_read_and_published(browse: Browse, people: dict[str, int]) -> None:
    amelie, karim, sofia = browse("amelie"), browse("karim"), browse("sofia")
    made = amelie.post(API, json={"fields": FIELDS}, headers={"Idempotency-Key": "one"})
    assert made.status_code == 201, made.text
    again = amelie.post(API, json={"fields": FIELDS}, headers={"Idempotency-Key": "one"})
    assert again.json["id"] == made.json["id"]
    one = f"{API}/{made.json['id']}"
    assert made.json["fields"]["body"] == "Un *brouillon*"
    assert [row["id"] for row in amelie.get(API).json["items"]] == [made.json["id"]]
    changed = amelie.patch(one, json={"fields": FIELDS | {"body": "Mieux"}})
    assert changed.json["fields"]["body"] == "Mieux"
    assert amelie.put(f"{one}/schedule", json={"publish_at": at(-1)}).status_code == 422
    assert amelie.put(f"{one}/schedule", json={"publish_at": at(2)}).json["publish_at"]
    assert amelie.delete(f"{one}/schedule").json["publish_at"] is None
    assert amelie.put(f"{one}/readers", json={"readers": ["personne.ici"]}).status_code == 422
    asked = amelie.put(f"{one}/readers", json={"readers": [encode_id(people["karim"])]}).json
    assert [reader["person_id"] for reader in asked["readers"]] == [encode_id(people["karim"])]
    (listed,) = karim.get(f"{API}?which=asked").json["items"]
    assert (listed["id"], listed["writer_id"]) == (made.json["id"], encode_id(people["amelie"]))
    assert karim.get(one).json["fields"]["body"] == "Mieux"
    assert karim.get(one).json["readers"] == []  # who else reads it is the writer's to know
    said = karim.post(f"{one}/remarks", json={"body": "Oui *mais*"})
    assert (said.status_code, said.json["body_html"]) == (201, "<p>Oui <em>mais</em></p>")
    assert karim.put(f"{one}/read").status_code == 204
    assert amelie.get(one).json["readers"][0]["read_at"]
    assert [row["id"] for row in amelie.get(f"{one}/remarks").json["items"]] == [said.json["id"]]
    for method, path in (("get", ""), ("get", "/remarks"), ("put", "/read"), ("delete", "")):
        assert getattr(sofia, method)(one + path).status_code == 404
    assert karim.patch(one, json={"fields": FIELDS}).status_code == 404
    assert karim.post(f"{one}/publish").status_code == 404
    post = amelie.post(f"{one}/publish")
    assert (post.status_code, post.json["body"], post.json["tags"]) == (201, "Mieux", ["essai"])
    assert karim.get(one).status_code == 404
    assert amelie.get(API).json["items"] == []


def test_a_reader_hands_it_back_and_a_draft_is_deleted(browse: Browse, people: dict[str, int]) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    made = amelie.post(API, json={"fields": FIELDS}).json
    one, him = f"{API}/{made['id']}", encode_id(people["karim"])
    amelie.put(f"{one}/readers", json={"readers": ["Karim.Benali"]})
    assert karim.delete(f"{one}/readers/{encode_id(people['amelie'])}").status_code == 404
    assert karim.delete(f"{one}/readers/{him}").status_code == 204
    assert karim.get(one).status_code == 404
    assert amelie.delete(f"{one}/readers/{him}").status_code == 404
    assert amelie.delete(one).status_code == 204
    assert amelie.get(one).status_code == 404
    assert amelie.post(API, json={"fields": {"kind": "message"}}).status_code == 422
    assert (
        amelie.post(API, json={"fields": {"kind": "idea", "body": "x", "anonymous": "true"}}).status_code
        == 422
    )
