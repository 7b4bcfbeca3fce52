"""What somebody begins to write stays with them, on each of their devices; presence is theirs to show."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.chat import exports
from rse.core import db
from tests.chat.conftest import Socket, World
from tests.chat.test_pages import get, post

Opens = Callable[..., Socket]


def draft(world: World, name: str, place: str) -> Any:
    answer = world.call(name, "GET", f"/conversations/{place}/draft")
    return answer.get_json()["body"] if answer.status_code == 200 else answer.status_code


@pytest.mark.postgres
def test_a_draft_is_its_writers_until_it_is_sent(world: World) -> None:
    place = world.conversation("amelie", "karim", title="Salon")
    assert world.call("amelie", "PUT", f"/conversations/{place}/draft", body="Je pense").status_code == 204
    world.call("amelie", "PUT", f"/conversations/{place}/draft", body="Je pense que")
    assert (draft(world, "amelie", place), draft(world, "karim", place)) == ("Je pense que", "")
    assert draft(world, "sofia", place) == 404
    assert world.call("sofia", "PUT", f"/conversations/{place}/draft", body="x").status_code == 404
    long = world.call("amelie", "PUT", f"/conversations/{place}/draft", body="x" * 8001)
    assert (long.status_code, list(long.get_json()["errors"])) == (422, ["body"])
    room = get(world, "amelie", f"/messages/{place}")
    assert ">Je pense que</textarea>" in room
    assert "Je pense que" in get(world, "amelie", "/messages")
    for page in (f"/messages/{place}", "/messages"):
        assert "Je pense que" not in get(world, "karim", page)
    exported = list(exports.rows(db.db.session(), world.ids["amelie"]))
    assert [(row["what"], row["body"]) for row in exported] == [("draft", "Je pense que")]
    db.rollback()
    world.say("amelie", place, "Je pense que oui")
    assert draft(world, "amelie", place) == ""
    world.call("karim", "PUT", f"/conversations/{place}/draft", body="à moi")
    world.call("karim", "DELETE", f"/conversations/{place}/members/{world.pid('karim')}")
    world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('karim')}")
    assert draft(world, "karim", place) == ""
    world.call("karim", "PUT", f"/conversations/{place}/draft", body="encore")
    assert world.call("karim", "PUT", f"/conversations/{place}/draft", body=" ").status_code == 204
    assert draft(world, "karim", place) == ""


def test_who_hides_is_away_for_everybody_and_nobody_is_told(world: World, socket_of: Opens) -> None:
    amelie, karim = socket_of("amelie"), socket_of("karim")
    karims = world.pid("karim")
    watch = {"person_ids": [karims]}
    assert amelie.ask("presence:watch", **watch)["people"] == {karims: "online"}
    amelie.heard("presence")
    assert "checked" in get(world, "karim", "/settings/messages")
    assert post(world, "karim", "/settings/messages", shown="0").status_code == 303
    assert [(e["person_id"], e["state"]) for e in amelie.heard("presence")] == [(karims, "offline")]
    assert amelie.ask("presence:watch", **watch)["people"] == {karims: "offline"}
    assert karim.ask("presence:watch", person_ids=[world.pid("amelie")])["people"] == {
        world.pid("amelie"): "online"
    }
    socket_of("karim")  # comes again, with another device
    assert amelie.heard("presence") == []
    assert world.call("karim", "GET", "/me/presence").get_json() == {"shown": False}
    assert next(iter(exports.rows(db.db.session(), world.ids["karim"])))["what"] == "presence hidden"
    db.rollback()
    assert world.call("karim", "PUT", "/me/presence", shown=True).get_json() == {"shown": True}
    assert amelie.ask("presence:watch", **watch)["people"] == {karims: "online"}
    wrong = world.call("karim", "PUT", "/me/presence", shown="peut-être")
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["shown"])
    assert post(world, "karim", "/settings/messages").status_code == 422
