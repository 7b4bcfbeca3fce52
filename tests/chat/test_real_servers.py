"""Through real servers: one process with gevent as `make run` starts it, threads, two processes with Redis."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import socketio
import websocket
from flask import Flask
from sqlalchemy import delete, update

from rse.accounts.models import Person, Session
from rse.core import db
from tests import factories
from tests.chat.conftest import World
from tests.chat.servers import Client, Server, clients

Opens = Callable[..., Client]


@pytest.fixture
def open_client(small_world: World) -> Iterator[Opens]:
    """Open a real client of somebody on a server."""
    with clients() as opened:

        def connect(server: Server, name: str) -> Client:
            opened.append(Client(server.url, cookie=small_world.browser(name).token, origin=server.url))
            return opened[-1]

        yield connect


@pytest.mark.parametrize("worker", ["gevent", "gthread"])
def test_a_message_goes_from_one_to_the_other(
    tmp_path: Path, small_world: World, open_client: Opens, worker: str
) -> None:
    place = small_world.conversation("amelie", "karim")
    with Server(tmp_path, worker=worker) as server:
        amelie, karim = open_client(server, "amelie"), open_client(server, "karim")
        for n in range(1, 6):
            answer = amelie.ask("message:send", conversation_id=place, body=f"m{n}", client_id=str(n))
            assert (answer["ok"], answer["message"]["seq"]) == (True, n)
        heard = karim.wait_for("message:new", 5)
        assert [(m["seq"], m["pos"], m["body"]) for m in heard] == [(n, n, f"m{n}") for n in range(1, 6)]
        assert karim.ask("conversation:read", conversation_id=place, seq=5)["ok"]
        assert amelie.wait_for("conversation:read")[0]["seq"] == 5
        long = "é" * 7900
        amelie.ask("message:send", conversation_id=place, body=long, client_id="long")
        assert karim.wait_for("message:new", 6)[5]["body"] == long


def test_strangers_and_other_origins_are_refused(tmp_path: Path, small_world: World) -> None:
    cookie = small_world.browser("amelie").token
    with Server(tmp_path) as server:
        for refused in (
            {},
            {"cookie": "guess"},
            {"token": "guess"},
            {"cookie": cookie, "origin": "https://evil.example"},
            {"cookie": cookie, "origin": server.url + ".evil.example"},
        ):
            with pytest.raises(socketio.exceptions.ConnectionError):
                Client(server.url, **refused)
        Client(server.url, cookie=cookie, origin=f"http://localhost:{server.port}").close()
        Client(server.url, cookie=cookie).close()


def test_sockets_are_out_within_a_second_after_another_process_ended_the_session(
    tmp_path: Path, small_world: World, open_client: Opens
) -> None:
    with Server(tmp_path) as server:
        amelie, karim, sofia = (open_client(server, name) for name in ("amelie", "karim", "sofia"))
        session = db.begin_write()
        session.execute(delete(Session).where(Session.person_id == small_world.ids["amelie"]))
        karims = update(Person).where(Person.id == small_world.ids["karim"])
        session.execute(karims.values(status="deactivated"))
        db.commit()
        assert max(amelie.wait_until_cut(), karim.wait_until_cut()) < 3  # a second, and a busy machine
        assert not sofia.cut


@pytest.mark.redis
@pytest.mark.postgres
def test_two_processes_are_one_network(
    tmp_path: Path, make_app: Callable[..., Flask], postgres_url: str, redis_url: str
) -> None:
    app = make_app(database_url=postgres_url)
    settings = {"RSE_DATABASE_URL": postgres_url, "RSE_REDIS_URL": redis_url}
    with app.app_context():
        world = World(app)
        place = world.conversation("amelie", "karim")
        slug = world.group("amelie", "karim", "sofia")
        discussion = world.call("amelie", "GET", f"/groups/{slug}/conversation").get_json()["id"]
        with Server(tmp_path, **settings) as one, Server(tmp_path, **settings) as two, clients() as opened:

            def connect(server: Server, name: str) -> Client:
                opened.append(Client(server.url, cookie=world.browser(name).token))
                return opened[-1]

            amelie, karim, sofia = connect(one, "amelie"), connect(two, "karim"), connect(two, "sofia")
            watched = amelie.ask("presence:watch", person_ids=[world.pid("karim"), world.pid("claire")])
            assert watched["people"] == {world.pid("karim"): "online", world.pid("claire"): "offline"}
            for n in range(1, 4):
                amelie.ask("message:send", conversation_id=place, body=f"m{n}", client_id=f"a{n}")
            assert {m["seq"] for m in karim.wait_for("message:new", 3)} == {1, 2, 3}
            karim.ask("typing", conversation_id=place)
            assert amelie.wait_for("typing")[0]["person_id"] == world.pid("karim")
            amelie.ask("message:send", conversation_id=discussion, body="à tous", client_id="g1")
            assert sofia.wait_for("message:new")[0]["body"] == "à tous"
            _leave_in_first(world, one, slug, "sofia")
            amelie.ask("message:send", conversation_id=discussion, body="entre nous", client_id="g2")
            karim.wait_for("message:new", 5)
            assert len(sofia.wait_for("message:new")) == 1


def _leave_in_first(world: World, server: Server, slug: str, name: str) -> None:
    """Let somebody leave a group through one process, their socket being in the other."""
    browser = world.browser(name)
    headers = {"Cookie": f"rse_session={browser.token}", "X-CSRF-Token": factories.csrf_of(browser.token)}
    request = Request(f"{server.url}/api/v1/groups/{slug}/membership", method="DELETE", headers=headers)
    with urlopen(request, timeout=10) as answer:
        assert answer.status in {200, 204}, json.loads(answer.read())


def test_a_slow_reader_gets_whole_frames_or_none(
    tmp_path: Path, small_world: World, open_client: Opens
) -> None:
    """One who does not read for a while gets every message whole afterwards; the others do not wait."""
    names = ["amelie", "sofia", "claire"]
    place = small_world.conversation(*names, "karim")
    with Server(tmp_path) as server:
        slow = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            cookie=f"rse_session={small_world.browser('karim').token}", timeout=15,
        )  # fmt: skip
        with contextlib.closing(slow):
            slow.recv()
            slow.send("40")
            assert slow.recv().startswith("40")
            senders = [open_client(server, name) for name in names]
            for n in range(150):  # 2 MB and more: more than the kernel keeps for a reader who is away
                answer = senders[n % 3].ask(
                    "message:send", conversation_id=place, body="x" * 7800, client_id=str(n)
                )
                assert answer["ok"], answer
            seen: set[int] = set()
            while len(seen) < 150:
                frame = slow.recv()
                if frame.startswith('42["message:new"'):
                    seen.add(json.loads(frame[2:])[1]["seq"])
            assert seen == set(range(1, 151))


def test_pages_and_sockets_write_at_once(tmp_path: Path, small_world: World, open_client: Opens) -> None:
    """Eight senders in one conversation through one process: numbers without a gap, none lost."""
    names = ["amelie", "karim", "sofia", "claire", "thomas", "ines"]
    place = small_world.conversation(*names)
    with Server(tmp_path) as server:
        senders = [open_client(server, name) for name in names]

        def write(at: int) -> None:
            for n in range(8):
                answer = senders[at].ask(
                    "message:send", conversation_id=place, body=f"{at}.{n}", client_id=f"{at}.{n}"
                )
                assert answer["ok"], answer

        threads = [threading.Thread(target=write, args=(at,)) for at in range(len(names))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = 8 * len(names)
        for sender in senders:
            assert {m["seq"] for m in sender.wait_for("message:new", total)} == set(range(1, total + 1))
