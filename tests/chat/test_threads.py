"""Threads: messages under a message, apart from the conversation's flow, read by who reads the message."""

from collections.abc import Callable

import pytest

from tests.chat.conftest import Socket, World
from tests.chat.test_pages import get, post, unread

Opens = Callable[..., Socket]


@pytest.mark.postgres
def test_a_thread_stands_apart_is_counted_and_follows_who_reads_its_message(
    world: World, socket_of: Opens
) -> None:
    place = world.conversation("amelie", "karim", title="Salon")
    root = world.say("amelie", place, "Quel jour pour la revue ?")
    world.say("amelie", place, "Autre chose")
    karim = socket_of("karim")
    amelie = socket_of("amelie")
    sent = amelie.ask(
        "message:send", conversation_id=place, body="Mardi ?", client_id="t1", thread_id=root["id"]
    )
    assert (sent["message"]["seq"], sent["message"]["thread_id"]) == (3, root["id"])
    (told,) = karim.heard()
    assert (told["event"], told["thread_id"], told["thread_replies"]) == ("message:new", root["id"], 1)
    nested = world.say("karim", place, "Mercredi", thread_id=sent["message"]["id"])
    assert nested["thread_id"] == root["id"]  # a thread has no threads
    assert world.bodies("karim", place) == ["Quel jour pour la revue ?", "Autre chose"]
    listed = world.call("karim", "GET", f"/conversations/{place}/messages?thread={root['id']}").get_json()
    assert [m["body"] for m in listed["items"]] == ["Mardi ?", "Mercredi"]
    first = world.call(
        "karim", "GET", f"/conversations/{place}/messages?thread={root['id']}&limit=1"
    ).get_json()
    assert [m["body"] for m in first["items"]] == ["Mercredi"]
    assert world.call("karim", "GET", f"/messages/{root['id']}").get_json()["replies"] == 2
    missed = world.call("karim", "GET", f"/conversations/{place}/events?after=2").get_json()["items"]
    assert [(e["body"], e["thread_replies"]) for e in missed if e["event"] == "message:new"] == [
        ("Mardi ?", 2), ("Mercredi", 2),
    ]  # fmt: skip
    # Who comes later without history reads neither the message nor what is said under it from then on.
    world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}")
    sofia = socket_of("sofia")
    late = world.say("karim", place, "Jeudi alors", thread_id=root["id"])
    assert sofia.heard("message:new") == []
    assert world.call("sofia", "GET", f"/messages/{late['id']}").status_code == 404
    thread = f"/conversations/{place}/messages?thread={root['id']}"
    assert world.call("sofia", "GET", thread).status_code == 404
    refused = world.call("sofia", "POST", f"/conversations/{place}/messages", body="x", thread_id=root["id"])
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["thread_id"])
    elsewhere = world.conversation("karim", "sofia")
    wrong = world.call(
        "karim", "POST", f"/conversations/{elsewhere}/messages", body="x", thread_id=root["id"]
    )
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["thread_id"])
    crossed = f"/conversations/{elsewhere}/messages?thread={root['id']}"
    assert world.call("karim", "GET", crossed).status_code == 404


def test_a_thread_goes_by_forms(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    root = world.say("amelie", place, "Quel jour ?")
    thread = f"/messages/{place}/on/{root['id']}/thread"
    page = get(world, "karim", thread)
    assert f'name="thread_id" value="{root["id"]}"' in page
    done = post(world, "karim", f"/messages/{place}", body="Mardi", thread_id=root["id"])
    assert (done.status_code, done.headers["Location"]) == (303, thread)
    assert "<p>Mardi</p>" in get(world, "amelie", thread)
    room = get(world, "amelie", f"/messages/{place}")
    assert "<p>Mardi</p>" not in room
    assert "1 réponse dans le fil" in room
    assert unread(room) == "1"
    at = world.browser("amelie").get(f"/messages/{place}?at=2")
    assert (at.status_code, at.headers["Location"].split("/on/")[0]) == (303, f"/messages/{place}")
    world.call("amelie", "PUT", f"/conversations/{place}/read", seq=2)
    assert unread(get(world, "amelie", "/messages")) == ""
    get(world, "sofia", thread, 404)
