"""Events over sockets: stored before they are acknowledged, heard by the readers alone, answered as REST."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.accounts import sessions
from rse.accounts.models import Person, Session
from rse.chat.models import Message
from rse.core import clock, db, live
from tests.chat.conftest import Socket, World

pytestmark = pytest.mark.postgres
Opens = Callable[..., Socket]


def test_what_one_sends_the_other_hears(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim")
    amelie, karim, sofia = (socket_of(name) for name in ("amelie", "karim", "sofia"))
    answer = amelie.ask("message:send", conversation_id=place, body="Salut *toi*", client_id="1")
    assert answer["ok"] is True
    assert answer["message"]["seq"] == 1
    read = world.call("karim", "GET", f"/messages/{answer['message']['id']}").get_json()
    assert read == {**answer["message"], "mine": {"saved": False, "reactions": []}, "quote": None}
    (heard,) = karim.heard()
    assert heard.pop("counts") == {"messages": "+1"}
    assert heard == {**answer["message"], "event": "message:new", "pos": 1}
    assert amelie.heard() == [heard]  # their other devices hear it too
    assert sofia.heard() == []
    again = amelie.ask("message:send", conversation_id=place, body="Salut *toi*", client_id="1")
    assert again == answer
    assert karim.heard() == []
    assert db.db.session().scalars(select(Message)).all() != []


def test_edits_deletions_and_reading_are_told(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "un")
    karim, amelie = socket_of("karim"), socket_of("amelie")
    world.call("amelie", "PATCH", f"/messages/{said['id']}", body="deux")
    assert karim.ask("conversation:read", conversation_id=place, seq=1) == {"ok": True, "seq": 1}
    world.call("amelie", "DELETE", f"/messages/{said['id']}")
    heard = amelie.heard()
    assert [(e["event"], e["pos"]) for e in heard] == [
        ("message:edited", 2), ("conversation:read", 3), ("message:deleted", 4),
    ]  # fmt: skip
    assert heard[0]["body"] == "deux"
    assert heard[1] == {
        "event": "conversation:read", "conversation_id": place, "person_id": world.pid("karim"), "seq": 1, "pos": 3,
    }  # fmt: skip
    assert heard[2]["body"] == ""
    assert karim.heard("counts")[-1] == {"event": "counts", "messages": 0, "counted": {place: 1}}


def test_counts_grow_for_those_who_have_not_muted(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim", "sofia")
    karim, sofia, amelie = socket_of("karim"), socket_of("sofia"), socket_of("amelie")
    assert world.call("sofia", "PUT", f"/conversations/{place}/mute", muted=True).status_code == 204
    assert [one["messages"] for one in sofia.heard("counts")] == [0]
    world.say("amelie", place, "un")
    (counted,) = karim.heard("message:new", "counts")
    assert counted["counts"] == {"messages": "+1"}
    for one in (sofia, amelie):  # they hear it, and have nothing to count
        (heard,) = one.heard("message:new", "counts")
        assert "counts" not in heard


def test_a_count_says_which_messages_it_knows(world: World, socket_of: Opens, monkeypatch) -> None:
    silent, place = world.conversation("amelie", "karim"), world.conversation("amelie", "karim", "sofia")
    long_ago = clock.now() - timedelta(minutes=2)
    with monkeypatch.context() as before:
        before.setattr(clock, "now", lambda: long_ago)
        world.say("amelie", silent, "hier")
    for text in ("un", "deux"):
        world.say("amelie", place, text)
    karim, tab = socket_of("karim"), socket_of("karim")
    known = {"counted": {place: 2}}  # what is on nobody's way any more needs no number
    assert karim.ask("sync", conversations={})["counts"] == {"messages": 3, **known}
    assert karim.ask("conversation:read", conversation_id=place, seq=1)["ok"]
    assert tab.heard("counts") == [{"event": "counts", "messages": 2, **known}]
    world.call("karim", "PUT", f"/conversations/{place}/mute", muted=True)
    assert tab.heard("counts") == [{"event": "counts", "messages": 1, **known}]
    world.call("karim", "PUT", f"/conversations/{place}/mute", muted=False)
    world.call("karim", "PUT", f"/conversations/{silent}/read", seq=1)
    assert [one["messages"] for one in tab.heard("counts")] == [2, 1]
    world.call("karim", "DELETE", f"/conversations/{place}/members/{world.pid('karim')}")
    assert tab.heard("counts") == [{"event": "counts", "messages": 0, "counted": {}}]


def test_who_leaves_a_group_counts_its_discussion_no_more(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", "karim")
    place = world.call("karim", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    world.say("karim", place, "me voici")
    world.say("amelie", place, "bienvenue")
    karim = socket_of("karim")
    assert karim.ask("sync", conversations={})["counts"]["messages"] == 1
    assert world.call("karim", "DELETE", f"/groups/{slug}/membership").status_code == 204
    heard = karim.heard("counts", "missed")
    known = {place: 2}  # what was heard of it and is in no count is dropped, not kept as too new
    assert heard == [{"event": "counts", "messages": 0, "counted": known}, {"event": "missed", "within": 1}]
    assert karim.ask("sync", conversations={place: 0})["conversations"] == {place: {"gone": True}}


def test_who_looks_on_is_told_that_the_group_has_closed(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", visibility="open")
    place = world.call("karim", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    world.say("karim", place, "en passant")
    karim = socket_of("karim")
    assert "items" in karim.ask("sync", conversations={place: 0})["conversations"][place]
    assert world.call("amelie", "PATCH", f"/groups/{slug}", visibility="closed").status_code == 200
    assert karim.heard("missed") == [{"event": "missed", "within": 1}]
    assert karim.ask("sync", conversations={place: 1})["conversations"] == {place: {"gone": True}}


def test_typing_is_heard_by_the_others_and_stored_nowhere(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim")
    amelie, karim = socket_of("amelie"), socket_of("karim")
    assert amelie.ask("typing", conversation_id=place) == {"ok": True}
    (heard,) = karim.heard("typing")
    assert (heard["conversation_id"], heard["person_id"]) == (place, world.pid("amelie"))
    assert amelie.heard("typing") == []
    assert socket_of("sofia").ask("typing", conversation_id=place)["error"]["status"] == 404


def test_sync_gives_what_was_missed(world: World, socket_of: Opens) -> None:
    place, other = world.conversation("amelie", "karim"), world.conversation("amelie", "sofia")
    for n in range(3):
        world.say("amelie", place, f"m{n}")
    karim = socket_of("karim")
    answer = karim.ask("sync", conversations={place: 1, other: 0, "!": 0})
    assert [e["body"] for e in answer["conversations"][place]["items"]] == ["m1", "m2"]
    assert answer["conversations"][place]["pos"] == 3
    assert answer["conversations"][other] == answer["conversations"]["!"] == {"gone": True}
    assert karim.ask("sync", conversations={place: 99})["conversations"][place]["reset"] is True


def test_presence_is_told_to_those_who_watch(world: World, socket_of: Opens) -> None:
    karim = socket_of("karim")
    both = {"person_ids": [world.pid("amelie"), world.pid("sofia")]}
    assert karim.ask("presence:watch", **both)["people"] == dict.fromkeys(both["person_ids"], "offline")
    socket_of("amelie")
    assert karim.heard("presence") == [
        {"event": "presence", "person_id": world.pid("amelie"), "state": "online"}
    ]
    assert karim.ask("presence:watch", **both)["people"][world.pid("amelie")] == "online"
    karim.ask("presence:watch", person_ids=[])
    socket_of("sofia")
    assert karim.heard("presence") == []
    james = socket_of("james")  # a guest who shares no group with them
    assert james.ask("presence:watch", **both)["people"] == {}


@pytest.mark.parametrize(
    ("event", "payload", "status", "field"),
    [
        ("message:send", {"conversation_id": "!", "body": "x", "client_id": "1"}, 422, "conversation_id"),
        ("message:send", {"conversation_id": "zz", "body": "", "client_id": "1"}, 422, "body"),
        ("message:send", {"conversation_id": "zz", "body": "x"}, 422, "client_id"),
        ("message:send", {"conversation_id": "zz", "body": "x", "client_id": "1", "more": 1}, 422, "more"),
        ("message:send", {"conversation_id": "zz", "body": "x", "client_id": "1"}, 404, None),
        ("conversation:read", {"conversation_id": "zz", "seq": -1}, 422, "seq"),
        ("conversation:read", {"conversation_id": "zz", "seq": 1}, 404, None),
        ("typing", {}, 422, "conversation_id"),
        ("presence:watch", {"person_ids": ["a"] * 201}, 422, "person_ids"),
        ("sync", {"conversations": {"zz": "x"}}, 422, "conversations.zz"),
    ],
)
def test_refusals_have_the_form_of_problems(
    socket_of: Opens, event: str, payload: dict[str, object], status: int, field: str | None
) -> None:
    answer = socket_of("amelie").ask(event, **payload)
    assert answer["ok"] is False
    assert answer["error"]["status"] == status
    assert field is None or list(answer["error"]["errors"]) == [field]


def test_too_many_events_are_refused(small_world: World) -> None:
    amelie = Socket(small_world, "amelie")
    answers = [amelie.ask("presence:watch", person_ids=[]) for _ in range(61)]
    assert [a["ok"] for a in answers] == [True] * 60 + [False]
    assert answers[-1]["error"]["status"] == 429


def test_nobody_connects_without_a_session_or_a_token(small_world: World) -> None:
    app = small_world.app
    assert not Socket._apart(live.socketio.test_client, app).is_connected()
    assert not Socket._apart(live.socketio.test_client, app, auth={"token": "guess"}).is_connected()
    token = app.test_cli_runner().invoke(args=["token", "create", "karim.benali@demo.example"]).output.strip()
    client = Socket._apart(live.socketio.test_client, app, auth={"token": token})
    assert client.is_connected()
    place = small_world.conversation("amelie", "karim")
    payload = {"conversation_id": place, "body": "x", "client_id": "1"}
    answer = Socket._apart(client.emit, "message:send", payload, callback=True)
    assert answer["error"]["status"] == 403  # a token that reads does not write
    assert Socket._apart(client.emit, "sync", {"conversations": {place: 0}}, callback=True)["ok"] is True


def test_an_event_after_the_end_of_the_session_is_refused_and_the_socket_is_out(small_world: World) -> None:
    place = small_world.conversation("amelie", "karim")
    amelie = Socket(small_world, "amelie")
    sessions.end(db.begin_write(), Session.person_id == small_world.ids["amelie"])
    db.commit()
    answer = amelie.ask("message:send", conversation_id=place, body="x", client_id="1")
    assert answer["error"]["status"] in {401, 429}
    assert not amelie.client.is_connected()
    assert small_world.bodies("karim", place) == []


def test_the_check_puts_out_who_was_deactivated(small_world: World) -> None:
    amelie, karim = Socket(small_world, "amelie"), Socket(small_world, "karim")
    db.begin_write().get_one(Person, small_world.ids["amelie"]).status = "deactivated"
    db.commit()
    Socket._apart(lambda: _checked(small_world))
    assert not amelie.client.is_connected()
    assert karim.client.is_connected()


def _checked(world: World) -> None:
    with world.app.app_context():
        live.check_sessions()
