"""Groups and conversations are found by their names whatever the case and the accents, on either database."""

import pytest
from flask import Flask

from rse.core import db
from rse.core.model import encode_id
from tests import factories
from tests.factories import Client

TYPED = ["équipe été", "ÉQUIPE ÉTÉ", "Équipe Été", "equipe ete", "EQUIPE ETE"]


@pytest.fixture
def karim(any_app: Flask) -> Client:
    people = factories.make_cast(db.begin_write())
    db.commit()
    browser = factories.browser_of(any_app, people["karim"].id)
    made = {"name": "Équipe Été", "visibility": "open", "description": "", "purpose": "professional"}
    assert browser.post("/api/v1/groups", json=made).status_code == 201
    amelie = {"member_ids": [encode_id(people["amelie"].id)], "title": "L’Été à Évry"}
    assert browser.post("/api/v1/conversations", json=amelie).status_code == 201
    assert browser.post("/api/v1/conversations", json=amelie | {"title": None}).status_code == 201
    return browser


def names(browser: Client, path: str, q: str) -> list[str]:
    answer = browser.get(f"/api/v1/{path}", query_string={"q": q})
    assert answer.status_code == 200, answer.text
    return sorted(item.get("name") or item["title"] for item in answer.get_json()["items"])


@pytest.mark.parametrize("typed", TYPED)
def test_the_directory_of_groups(karim: Client, typed: str) -> None:
    assert names(karim, "groups", typed) == ["Équipe Été"]


def test_a_new_name_is_found_and_the_old_one_is_not(karim: Client) -> None:
    slug = karim.get("/api/v1/groups").get_json()["items"][0]["slug"]
    assert karim.patch(f"/api/v1/groups/{slug}", json={"name": "Œuvre Élan"}).status_code == 200
    assert names(karim, "groups", "ÉLAN") == ["Œuvre Élan"]
    assert names(karim, "groups", "équipe") == []


@pytest.mark.parametrize("typed", ["À ÉVRY", "évry", "EVRY"])
def test_conversations_by_title(karim: Client, typed: str) -> None:
    assert names(karim, "conversations", typed) == ["L’Été à Évry"]


@pytest.mark.parametrize("typed", ["AMÉLIE", "amelie rousseau", "rousseau amé"])
def test_conversations_by_who_is_in_them(karim: Client, typed: str) -> None:
    assert len(names(karim, "conversations", typed)) == 2
