"""Killed while people write: every message that was acknowledged is there, once, and numbers have no gap."""

import threading
import time
from pathlib import Path

import pytest

from tests.chat.conftest import World
from tests.chat.servers import Client, Server

SENDERS = ("amelie", "karim", "sofia", "claire")


class Writer(threading.Thread):
    """Sends one message after the other until the server is gone; notes what was acknowledged."""

    def __init__(self, client: Client, name: str, place: str) -> None:
        super().__init__()
        self.client, self.who, self.place = client, name, place
        self.acknowledged: dict[str, int] = {}
        self.unsure = ""

    def run(self) -> None:
        for n in range(55):
            client_id = f"{self.who}-{n}"
            self.unsure = client_id
            try:
                answer = self.client.socket.call(
                    "message:send",
                    {"conversation_id": self.place, "body": client_id, "client_id": client_id},
                    timeout=4,
                )
            except Exception:
                return
            assert answer["ok"], answer
            self.acknowledged[client_id] = answer["message"]["seq"]


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path, small_world: World) -> None:
    place = small_world.conversation(*SENDERS)
    server = Server(tmp_path).start()
    clients = [Client(server.url, cookie=small_world.browser(name).token) for name in SENDERS]
    writers = [Writer(client, name, place) for client, name in zip(clients, SENDERS, strict=True)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 20
    while sum(len(w.acknowledged) for w in writers) < 40 and time.monotonic() < end:
        time.sleep(0.005)
    server.kill()
    for writer in writers:
        writer.join()
    for client in clients:
        client.close()
    acknowledged = {key: seq for writer in writers for key, seq in writer.acknowledged.items()}
    assert len(acknowledged) >= 40
    with Server(tmp_path) as again:
        back = [Client(again.url, cookie=small_world.browser(name).token) for name in SENDERS]
        for client, writer in zip(back, writers, strict=True):  # each sends again what it is not sure of
            sent = client.ask(
                "message:send", conversation_id=place, body=writer.unsure, client_id=writer.unsure
            )
            acknowledged[writer.unsure] = sent["message"]["seq"]
        missed = back[0].ask("sync", conversations={place: 0})["conversations"][place]
        for client in back:
            client.close()
    stored = [(e["client_id"], e["seq"]) for e in missed["items"] if e["event"] == "message:new"]
    assert [seq for _, seq in stored] == list(range(1, len(stored) + 1))
    assert len({key for key, _ in stored}) == len(stored)
    assert dict(stored).items() >= acknowledged.items()


@pytest.mark.postgres
def test_eight_write_at_once_without_a_gap(world: World) -> None:
    """Over REST, each in a thread and a transaction of their own; half of them send everything twice."""
    names = ["amelie", "karim", "sofia", "claire", "thomas", "ines"]
    place = world.conversation(*names)
    browsers = [world.browser(name) for name in [*names, "amelie", "karim"]]
    failures: list[str] = []

    def write(at: int) -> None:
        for n in range(12):
            body = {"body": f"{at}.{n}", "client_id": f"{at}-{n}"}
            for _ in range(1 + at % 2):
                answer = browsers[at].post(f"/api/v1/conversations/{place}/messages", json=body)
                if answer.status_code != 201:
                    failures.append(answer.text)

    threads = [threading.Thread(target=write, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = world.call("sofia", "GET", f"/conversations/{place}/messages?after_seq=0&limit=100").get_json()
    assert [m["seq"] for m in found["items"]] == list(range(1, 97))
    assert len({m["body"] for m in found["items"]}) == 96
    for at in range(8):  # each one's own messages are in their order
        own = [m["body"] for m in found["items"] if m["body"].startswith(f"{at}.")]
        assert own == [f"{at}.{n}" for n in range(12)]
    missed = world.call("sofia", "GET", f"/conversations/{place}/events?after=0&limit=500").get_json()
    assert [e["pos"] for e in missed["items"]] == list(range(1, 97))
