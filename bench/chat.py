"""Live discussion through a real server: messages stored a second, and how soon another socket has them.

The server is one gunicorn process with gevent on SQLite, as `make run` starts it; the senders are real
Socket.IO clients in this process, each waiting until its message is stored before it sends the next one.
"""

import contextlib
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import socketio

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.chat import members
from rse.core import db
from rse.core.model import Base, encode_id

ROOT = Path(__file__).resolve().parents[1]
PORT = 5391
SENDERS, EACH = 8, 50  # 50 events in a short time: below what a socket may send
ROOM = 30
Row = dict[str, Any]


def fill(folder: Path, secret: str) -> tuple[list[str], str, list[str]]:
    """Make people and conversations; give session tokens, one conversation of all, and pairs."""
    app = create_app({"secret_key": secret, "data_dir": folder, "base_url": f"http://127.0.0.1:{PORT}"})
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
        session = db.begin_write()
        people = [_person(n) for n in range(ROOM)]
        session.add_all(people)
        session.flush()
        viewers = [sessions.viewer_of_person(session, p.id) for p in people]
        tokens = [sessions.begin(session, p.id) for p in people]
        assert viewers[0] is not None
        room, _ = members.begin(session, viewers[0], [p.id for p in people[1:]], title="Room")
        pairs = []
        for n in range(SENDERS):
            who = viewers[2 * n]
            assert who is not None
            pairs.append(encode_id(members.begin(session, who, [people[2 * n + 1].id])[0].id))
        place = encode_id(room.id)
        db.commit()
        db.db.engine.dispose()
    return tokens, place, pairs


def _person(n: int) -> Person:
    return Person(
        uid=f"p{n}", email=f"p{n}@bench.example", display_name=f"Person {n}", sort_name=f"person {n}",
        roles=frozenset(), created_at=datetime.now(UTC),
    )  # fmt: skip


@contextlib.contextmanager
def served(folder: Path, secret: str) -> Iterator[str]:
    url = f"http://127.0.0.1:{PORT}"
    env = os.environ | {
        "RSE_SECRET_KEY": secret, "RSE_DATA_DIR": str(folder), "RSE_BASE_URL": url,
        "RSE_ASYNC_MODE": "gevent", "RSE_LOG_LEVEL": "error",
    }  # fmt: skip
    options = ["-k", "gevent", "-w", "1", "--graceful-timeout", "1", "-b", f"127.0.0.1:{PORT}"]
    command = [sys.executable, "-m", "gunicorn", *options, "--log-level", "error", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urlopen(f"{url}/healthz", timeout=2):
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(15)


class Talker:
    """One signed-in socket; notes when each message arrived."""

    def __init__(self, url: str, token: str) -> None:
        self.arrived: dict[str, float] = {}
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("message:new", self._hear)
        headers = {"Cookie": f"rse_session={token}"}
        self.socket.connect(url, headers=headers, transports=["websocket"], wait_timeout=15)

    def _hear(self, message: dict[str, Any]) -> None:
        self.arrived[message["client_id"]] = time.perf_counter()

    def say(self, place: str, client_id: str) -> None:
        sent = {"conversation_id": place, "body": "Bonjour à tous, voici une ligne.", "client_id": client_id}
        answer = self.socket.call("message:send", sent, timeout=30)
        assert answer["ok"], answer


def latency(talkers: list[Talker], place: str, count: int, gap: float) -> list[float]:
    """Send one message after the other; give the milliseconds until the last socket has each."""
    taken = []
    for n in range(count):
        client_id = f"l{n}-{place}"
        start = time.perf_counter()
        talkers[0].say(place, client_id)
        while not all(client_id in other.arrived for other in talkers[1:]):
            if time.perf_counter() - start > 10:
                raise TimeoutError(client_id)
            time.sleep(0.0005)
        taken.append((max(other.arrived[client_id] for other in talkers[1:]) - start) * 1000)
        time.sleep(gap)
    return taken


def rate(talkers: list[Talker], places: list[str], mark: str) -> float:
    """Let several send at once; give the messages stored a second."""

    def send(at: int) -> None:
        for n in range(EACH):
            talkers[at].say(places[at % len(places)], f"{mark}{at}-{n}")

    threads = [threading.Thread(target=send, args=(at,)) for at in range(len(talkers))]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(talkers) * EACH / (time.perf_counter() - start)


def run(sizes: list[int]) -> list[Row]:
    """Measure; `sizes` does not matter here: a conversation costs the same however long it is."""
    secret = secrets.token_hex(24)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens, room, pairs = fill(folder, secret)
        with served(folder, secret) as url:
            talkers = [Talker(url, token) for token in tokens]
            two = latency([talkers[0], talkers[1]], pairs[0], 20, 0.05)
            time.sleep(10)  # the limit of events a socket begins anew
            many = latency(talkers, room, 20, 0.05)
            time.sleep(10)
            apart = rate(talkers[: 2 * SENDERS : 2], pairs, "p")
            time.sleep(10)
            one = rate(talkers[:SENDERS], [room], "r")
            for talker in talkers:
                talker.socket.disconnect()
    return [
        row("message to the other socket, p50", 2, statistics.median(two), "ms", "< 200"),
        row("message to the other socket, p95", 2, statistics.quantiles(two, n=20)[-1], "ms", "< 200"),
        row("message to the last of a room, p50", ROOM, statistics.median(many), "ms", ""),
        row("message to the last of a room, p95", ROOM, statistics.quantiles(many, n=20)[-1], "ms", ""),
        row(f"stored a second, {SENDERS} conversations of two", SENDERS, apart, "/s", ""),
        row(f"stored a second, one room of {ROOM}, all told", SENDERS, one, "/s", ""),
    ]


def row(what: str, size: int, value: float, unit: str, target: str) -> Row:
    return {"what": f"chat: {what}", "size": size, "value": round(value, 1), "unit": unit, "target": target}


if __name__ == "__main__":
    for line in run([]):
        print(line)
