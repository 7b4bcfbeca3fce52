"""Between the first write and the commit nothing goes over the network, is told to a socket, or waits.

Under gevent each of these lets others run: they would wait for the lock of this one, and the process stand still.
"""

import socket
import time
from collections.abc import Iterator

import pytest
from flask import has_app_context

from rse.core import db, live
from tests.chat.conftest import Socket, World


def in_a_write() -> bool:
    """Tell whether the transaction of who runs now holds the lock of writers."""
    if not has_app_context():
        return False
    session = db.db.session()
    return session.in_transaction() and bool(session.connection().info.get("rse_writer"))


@pytest.fixture
def waits(small_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note whatever waits or speaks while a write is open."""
    found: list[str] = []

    def watched(where: object, name: str) -> None:
        real = getattr(where, name)

        def instead(*args: object, **kwargs: object) -> object:
            if in_a_write():
                found.append(f"{name} {args[:1]}")
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, instead)

    watched(live.socketio.server.manager, "emit")
    watched(live.socketio, "sleep")
    watched(socket, "create_connection")
    watched(socket, "getaddrinfo")
    watched(time, "sleep")
    yield found
    db.rollback()


def test_the_test_sees_what_it_looks_for(waits: list[str], small_world: World) -> None:
    db.rollback()
    db.begin_write().execute(db.db.select(1))
    live.send("counts", {}, "everyone")
    time.sleep(0)
    assert [one.split(" ")[0] for one in waits] == ["emit", "sleep"]
    db.rollback()
    time.sleep(0)
    assert len(waits) == 2


def test_discussion(waits: list[str], small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim", title="Essai")
    amelie, karim = Socket(world, "amelie"), Socket(world, "karim")
    sent = amelie.ask("message:send", conversation_id=place, body="Bonjour @karim.benali", client_id="1")
    assert sent["ok"]
    message = sent["message"]["id"]
    assert karim.ask("conversation:read", conversation_id=place, seq=1)["ok"]
    assert karim.ask("typing", conversation_id=place)["ok"]
    on = f"/messages/{message}"
    calls = [
        ("karim", "POST", f"/conversations/{place}/messages", {"body": "Oui", "reply_to": message}),
        ("karim", "POST", f"/conversations/{place}/messages", {"body": "Dessous", "thread_id": message}),
        ("amelie", "PATCH", on, {"body": "Bonjour à tous"}),
        ("karim", "PUT", f"{on}/reactions/thanks", {}),
        ("karim", "DELETE", f"{on}/reactions/thanks", {}),
        ("karim", "PUT", f"{on}/pin", {}),
        ("karim", "PUT", f"{on}/saved", {}),
        ("karim", "PUT", f"/conversations/{place}/unread", {"seq": 1}),
        ("karim", "PUT", f"/conversations/{place}/draft", {"body": "à moitié"}),
        ("karim", "PUT", f"/conversations/{place}/mute", {"muted": True}),
        ("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}", {}),
        ("amelie", "DELETE", f"/conversations/{place}/members/{world.pid('sofia')}", {}),
        ("amelie", "DELETE", on, {}),
        ("karim", "DELETE", f"/conversations/{place}/members/{world.pid('karim')}", {}),
        ("karim", "PUT", "/me/presence", {"shown": False}),
    ]
    for who, method, path, body in calls:
        answer = world.call(who, method, path, **body)
        assert answer.status_code < 300, (method, path, answer.text)
    assert waits == []


def test_posts_groups_and_sessions(waits: list[str], small_world: World) -> None:
    world = small_world
    slug = world.group("amelie", "karim", visibility="open")
    Socket(world, "amelie")
    Socket(world, "karim")
    post = world.call("amelie", "POST", "/posts", body="Bonjour", group=slug).get_json()["id"]
    calls = [
        ("karim", "POST", f"/posts/{post}/comments", {"body": "Oui @amelie.rousseau"}),
        ("karim", "PUT", f"/posts/{post}/reactions/thanks", {}),
        ("amelie", "PATCH", f"/posts/{post}", {"body": "Bonsoir"}),
        ("sofia", "PUT", f"/groups/{slug}/membership", {}),
        ("karim", "DELETE", f"/groups/{slug}/membership", {}),
        ("amelie", "PATCH", f"/groups/{slug}", {"visibility": "closed"}),
        ("amelie", "DELETE", f"/posts/{post}", {}),
    ]
    for who, method, path, body in calls:
        answer = world.call(who, method, path, **body)
        assert answer.status_code < 300, (method, path, answer.text)
    world.browser("karim").post("/logout")
    assert waits == []
