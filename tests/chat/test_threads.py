"""Threads: messages under a message, apart from the conversation's flow, read by who reads the message."""

import io
from collections.abc import Callable

import pytest

from rse.core import db, jobs
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


def test_a_file_goes_into_a_thread_by_its_form(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    root = world.say("amelie", place, "Le plan ?")
    thread = f"/messages/{place}/on/{root['id']}/thread"
    page = get(world, "karim", thread)
    assert 'enctype="multipart/form-data"' in page
    assert 'id="thread-files" type="file" name="files"' in page
    done = world.browser("karim").post(
        f"/messages/{place}",
        data={
            "thread_id": root["id"], "body": "", "client_id": "f1",
            "files": (io.BytesIO(b"Plan du quai 3"), "plan.txt"),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    assert (done.status_code, done.headers["Location"]) == (303, thread)
    assert "plan.txt" in get(world, "amelie", thread)


def test_who_writes_in_a_thread_of_a_group_is_told_of_answers_once_until_they_read(
    small_world: World,
) -> None:
    world = small_world
    slug = world.group("amelie", "karim", "sofia", "claire")
    place = world.call("amelie", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    root = world.say("amelie", place, "Qui vient mardi ?")
    world.say("karim", place, "Moi", thread_id=root["id"])
    first = world.say("sofia", place, "Moi aussi", thread_id=root["id"])
    world.say("sofia", place, "Avec le plan", thread_id=root["id"])
    world.say("claire", place, "Ailleurs")

    def told(name: str) -> list[tuple[str, str]]:
        jobs.drain()
        db.rollback()
        items = world.call(name, "GET", "/notifications").get_json()["items"]
        return [(item["kind"], item["excerpt"]) for item in items]

    assert told("amelie") == [("thread", "Moi")]  # the rest waits under it until she reads
    assert told("karim") == [("thread", "Moi aussi")]
    assert told("sofia") == told("claire") == []
    note = world.call("karim", "GET", "/notifications").get_json()["items"][0]
    assert "Sofia Marchetti a répondu dans un fil" in note["text"]
    assert get(world, "karim", note["url"]).count("Moi aussi") == 1
    world.call("karim", "PUT", f"/conversations/{place}/read", seq=5)
    world.call("sofia", "PATCH", f"/messages/{first['id']}", body="Moi aussi, si possible")
    world.say("amelie", place, "Parfait @karim.benali", thread_id=root["id"])
    assert [kind for kind, _ in told("karim")] == ["discussion", "thread"]  # named: told of that, and once
    world.call("amelie", "PUT", f"/conversations/{place}/mute", muted=True)
    world.say("karim", place, "À mardi", thread_id=root["id"])
    assert len(told("amelie")) == 1
