"""Pages follow their group: read by its audience, written by whom it has decided, by nobody once it is archived."""

from collections.abc import Callable

import pytest
from flask import Flask

from rse.core import db
from rse.groups import service as groups
from rse.groups.models import Group
from tests.pages.conftest import World

API = "/api/v1"


@pytest.mark.parametrize("visibility", ["open", "closed", "secret"])
def test_every_address_of_a_page_answers_the_audience_of_its_group(
    app: Flask, make_world: Callable[[Flask, str], World], visibility: str
) -> None:
    world = make_world(app, visibility)
    amelie, sofia, james = (world.browser(name) for name in ("amelie", "sofia", "james"))
    made = amelie.post(f"{API}{world.at}", json={"title": "Plan", "body": "motsecret"}).get_json()
    assert made["slug"] == "plan"
    allowed = visibility == "open"
    for path in ("", "/plan", "/plan/history", "/plan/history/1"):
        for browser, may in ((amelie, True), (sofia, allowed), (james, False)):
            answer = browser.get(world.at + path)
            assert answer.status_code == (200 if may else 404), (path, may)
            assert may or "motsecret" not in answer.text
    for path in ("", "/plan", "/plan/versions", "/plan/versions/1"):
        assert sofia.get(f"{API}{world.at}{path}").status_code == (200 if allowed else 404), path
        assert james.get(f"{API}{world.at}{path}").status_code == 404, path
    refused = 403 if allowed else 404
    assert sofia.post(f"{API}{world.at}", json={"title": "À moi", "body": "x"}).status_code == refused
    assert sofia.patch(f"{API}{world.at}/plan", json={"body": "x", "base": 1}).status_code == refused
    assert sofia.post(f"{API}{world.at}/plan/restore", json={"number": 1}).status_code == refused
    assert sofia.delete(f"{API}{world.at}/plan").status_code == refused
    assert sofia.post(f"{world.at}/writers", data={"pages_by": "staff"}).status_code == refused


def test_a_guest_of_the_group_reads_and_writes(world: World) -> None:
    session = db.begin_write()
    groups.enter(session, session.get_one(Group, world.group_id), world.people["james"])
    db.commit()
    james = world.browser("james")
    assert james.post(world.at, data={"title": "Seals", "body": "Ours are blue."}).status_code == 303
    assert "Ours are blue" in world.browser("karim").get(f"{world.at}/seals").text


def test_the_owner_decides_that_only_those_who_look_after_the_group_write(world: World) -> None:
    amelie, karim = world.browser("amelie"), world.browser("karim")
    amelie.post(world.at, data={"title": "Charte", "body": "un"})
    assert karim.post(f"{world.at}/writers", data={"pages_by": "staff"}).status_code == 403
    assert amelie.post(f"{world.at}/writers", data={"pages_by": "staff"}).status_code == 303
    assert "Modifier" not in karim.get(f"{world.at}/charte").text.split("<article")[1].split("</article")[0]
    refused = karim.get(f"{world.at}/charte/edit")
    assert refused.status_code == 403
    assert "les responsables et les modérateurs écrivent les pages" in refused.text
    amelie.patch(f"{API}/groups/{world.slug}/members/{_public(world, 'karim')}", json={"role": "moderator"})
    assert karim.get(f"{world.at}/charte/edit").status_code == 200


def test_an_archived_group_is_read_and_not_written(world: World) -> None:
    amelie = world.browser("amelie")
    amelie.post(world.at, data={"title": "Charte", "body": "un"})
    amelie.delete(f"{API}/groups/{world.slug}")
    assert amelie.get(f"{world.at}/charte").status_code == 200
    late = amelie.post(f"{world.at}/charte/edit", data={"title": "Charte", "body": "deux", "base": 1})
    assert late.status_code == 403
    assert "archivé" in late.text


def test_somebody_who_would_not_read_it_cannot_be_named_on_a_page(world: World) -> None:
    amelie = world.browser("amelie")
    told = amelie.post(world.at, data={"title": "Contacts", "body": "Voir @sofia.marchetti et @karim.benali"})
    assert told.status_code == 422
    assert "Sofia Marchetti" in told.text
    amelie.post(world.at, data={"title": "Contacts", "body": "Voir @karim.benali"})
    assert "@Karim Benali</a>" in amelie.get(f"{world.at}/contacts").text


def _public(world: World, name: str) -> str:
    from rse.core.model import encode_id

    return encode_id(world.people[name])
