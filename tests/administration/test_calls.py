"""The link that starts a call: the company's tool, on profiles and in conversations."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from rse.core import company, db
from rse.core.model import encode_id
from tests import factories

SETTINGS = {"name": "rse", "languages": ["fr", "en"], "days": ["1"], "opens": "08:00", "closes": "18:00"}
LINK = re.compile(r'href="(https://(?:meet|teams)[^"]+)"')


@pytest.fixture(autouse=True)
def fresh(app: Flask) -> Iterator[None]:
    yield
    company.forget(db.session())
    db.rollback()


def chosen(ines: Any, link: str) -> int:
    status: int = ines.post(
        "/admin/settings", data=SETTINGS | {"call_link": link, "features": ["chat"]}
    ).status_code
    company.forget(db.session())
    db.rollback()
    return status


def test_people_meet_in_the_same_room_that_nobody_else_finds(app: Flask, cast: dict[str, int]) -> None:
    browse = {name: factories.browser_of(app, cast[name]) for name in cast}
    shown = {name: f"/people/{encode_id(person)}" for name, person in cast.items()}
    assert not LINK.search(browse["amelie"].get(shown["karim"]).text)
    for wrong in (
        "http://meet.example/{room}",
        "https://{room}/",
        "https://meet.example/",
        "javascript:{room}",
    ):
        assert chosen(browse["ines"], wrong) == 422
    assert chosen(browse["ines"], "https://meet.example/{room}") == 303
    rooms = {
        pair: LINK.findall(browse[pair[0]].get(shown[pair[1]]).text)
        for pair in (("amelie", "karim"), ("karim", "amelie"), ("sofia", "karim"), ("amelie", "amelie"))
    }
    assert re.fullmatch(r"https://meet\.example/[0-9a-f]{24}", rooms["amelie", "karim"][0])
    assert rooms["amelie", "karim"] == rooms["karim", "amelie"] != rooms["sofia", "karim"]
    assert rooms["amelie", "amelie"] == []
    members = {"member_ids": [encode_id(cast["karim"])]}
    talk = browse["amelie"].post("/api/v1/conversations", json=members).get_json()["id"]
    both = [LINK.findall(browse[name].get(f"/messages/{talk}").text) for name in ("amelie", "karim")]
    assert both[0] == both[1]
    assert len(set(both[0])) == 1
    assert chosen(browse["ines"], "") == 303
    assert not LINK.search(browse["amelie"].get(f"/messages/{talk}").text)


def test_a_tool_that_knows_people_by_address_is_given_it(app: Flask, cast: dict[str, int]) -> None:
    ines, amelie = (factories.browser_of(app, cast[name]) for name in ("ines", "amelie"))
    assert chosen(ines, "https://teams.example/call?users={people}") == 303
    page = amelie.get(f"/people/{encode_id(cast['karim'])}").text
    assert LINK.findall(page) == ["https://teams.example/call?users=karim.benali@demo.example"]
    assert 'rel="noopener noreferrer"' in page
    assert chosen(ines, "") == 303
