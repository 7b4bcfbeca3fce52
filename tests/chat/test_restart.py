"""A web process that is asked to end tells its sockets, lets them go, and the next one takes them in."""

import os
import signal
import time
from pathlib import Path

from rse.core import farewell, live
from tests.chat.conftest import Socket, World
from tests.chat.servers import Client, Server


def test_sockets_are_told_of_the_end_before_they_are_cut(tmp_path: Path, small_world: World) -> None:
    place = small_world.conversation("amelie", "karim")
    with Server(tmp_path) as server:
        amelie, karim = (Client(server.url, cookie=small_world.browser(n).token) for n in ("amelie", "karim"))
        assert amelie.ask("message:send", conversation_id=place, body="avant", client_id="1")["ok"]
        assert server.process is not None
        start = time.monotonic()
        os.kill(server.process.pid, signal.SIGTERM)
        assert karim.wait_for("restart")[0]["within"] > 1
        amelie.wait_until_cut()
        karim.wait_until_cut()
        server.process.wait(20)
        assert time.monotonic() - start < 15  # not the whole of the time that is left to it
        for client in (amelie, karim):
            client.close()


def test_all_sockets_of_the_process_are_let_go_in_batches(small_world: World, monkeypatch) -> None:
    monkeypatch.setattr(farewell, "BATCH", 2)
    monkeypatch.setattr(farewell, "PAUSE", 0.001)
    pauses: list[float] = []
    monkeypatch.setattr(live.socketio, "sleep", lambda seconds: (pauses.append(seconds), time.sleep(seconds)))
    opened = [Socket(small_world, name) for name in ("amelie", "karim", "sofia", "claire", "thomas")]
    farewell.let_go()
    assert [one.client.is_connected() for one in opened] == [False] * 5
    assert pauses.count(0.001) == 3
    assert live.sockets.all() == []


def test_who_comes_back_hears_how_many_messages_wait(small_world: World) -> None:
    place = small_world.conversation("amelie", "karim")
    for n in range(3):
        small_world.say("amelie", place, f"m{n}")
    assert Socket(small_world, "karim").ask("sync", conversations={})["counts"] == {
        "messages": 3,
        "counted": {place: 3},
    }


def test_a_socket_leaves_every_room_with_its_connection(small_world: World) -> None:
    slug = small_world.group("amelie", "karim")
    amelie, karim = Socket(small_world, "amelie"), Socket(small_world, "karim")
    (sid,) = live.sockets.of(small_world.ids["amelie"])
    manager = live.socketio.server.manager
    held = set(manager.get_rooms(sid, "/"))
    assert held == {room for room, members in manager.rooms["/"].items() if room and sid in members}
    assert {"everyone", sid} < held
    amelie.client.disconnect()
    assert manager.get_rooms(sid, "/") == []
    assert not any(sid in members for members in manager.rooms["/"].values())
    assert slug
    assert karim.ask("presence:watch", person_ids=[])["ok"]
