"""The soak: people write for minutes while everything under them is killed and started again, at random.

    python -m bench.soak 5                 200 clients, 20 conversations, two web processes, Redis, PostgreSQL
    python -m bench.soak 5 --seed 7        the same order of faults again
    python -m bench.soak 0.2 --small       one process on SQLite, a few clients

The clients are the page's own logic (static/js/chat) in Node. Web processes, Redis and PostgreSQL are killed
with SIGKILL or its like; sockets are cut; readers stop reading. At the end every client must show the same as
the database in each conversation, each acknowledged message once and at its number, numbers without a gap.
Ends by itself: the minutes, and at most two more to start and to settle. Exit code 1 when something is wrong.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine

from bench import chat_fill
from rse.chat.models import Conversation, Message
from rse.core.model import encode_id
from tests import servers
from tests.chat.servers import Server
from tests.factories import csrf_of

HERE = Path(__file__).resolve().parent
SETTLE = 60.0  # seconds in which all must agree, once nothing is broken any more


@dataclass(frozen=True)
class Size:
    """How large: people, conversations, messages a second, and seconds between two faults of a client."""

    clients: int = 200
    conversations: int = 20
    rate: float = 40.0
    calm: float = 25.0
    processes: int = 2
    faults: tuple[float, float] = (3.0, 9.0)  # seconds between two kills, at least and at most


SMALL = Size(clients=16, conversations=4, rate=12.0, calm=4.0, processes=1, faults=(1.5, 3.0))


@dataclass
class Stage:
    """What stands under the clients: each can be killed, and stands again after a while."""

    url: str
    servers: list[Server]
    killed: Counter[str] = field(default_factory=Counter)
    breaks: list[Callable[[random.Random], None]] = field(default_factory=list)

    def kill_web(self, rng: random.Random) -> None:
        server = rng.choice(self.servers)
        self.killed["web"] += 1
        if rng.random() < 0.3:  # asked to end, as an upgrade does
            server.__exit__()
        else:
            server.kill()
        time.sleep(rng.uniform(0, 2))
        server.start()


@contextlib.contextmanager
def stage(data: Path, size: Size, *, small: bool) -> Iterator[tuple[Stage, str]]:
    """Start everything; gives it with the address of the database."""
    with contextlib.ExitStack() as stack:
        made = Stage("", [])
        settings = {"RSE_RATE_LIMITS": "0"}
        database = f"sqlite:///{data / 'rse.db'}"
        if not small:
            database, settings = _services(stack, made, settings)
        chat_fill.tables(database, data)
        for _ in range(size.processes):
            made.servers.append(Server(data, **settings))
        for server in made.servers:
            server.env["RSE_BASE_URL"] = made.servers[0].url  # one address, as behind a proxy
            stack.callback(server.__exit__)
        made.url = made.servers[0].url
        made.breaks += [made.kill_web, made.kill_web]
        yield made, database


def _services(
    stack: contextlib.ExitStack, made: Stage, settings: dict[str, str]
) -> tuple[str, dict[str, str]]:
    postgres = servers.Postgres(durable=True)
    stack.callback(shutil.rmtree, postgres.folder, ignore_errors=True)
    postgres.start()
    stack.callback(postgres.stop)
    redis = Redis()
    stack.callback(redis.stop)

    def kill_postgres(rng: random.Random) -> None:
        made.killed["PostgreSQL"] += 1
        postgres.stop()
        time.sleep(rng.uniform(0.2, 3))
        postgres.start()

    def kill_redis(rng: random.Random) -> None:
        made.killed["Redis"] += 1
        redis.stop()
        time.sleep(rng.uniform(0.2, 5))
        redis.start()

    made.breaks += [kill_postgres, kill_redis]
    return postgres.url, {**settings, "RSE_DATABASE_URL": postgres.url, "RSE_REDIS_URL": redis.url}


class Redis:
    """A server on one port, killed and started again empty."""

    def __init__(self) -> None:
        self.port = servers.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        line = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
        servers.wait_for(self.port)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


class Clients:
    """The process of the clients."""

    def __init__(self, plan: Path) -> None:
        line = ["node", str(HERE / "soak.mjs"), str(plan)]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the clients have ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, word: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self.answer()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=10)


Stored = dict[str, dict[str, tuple[int, str, str]]]


def in_database(engine: Engine) -> tuple[Stored, list[str]]:
    """Give {conversation: {message: (seq, client id, body)}}, and what is wrong with their numbers."""
    stored: Stored = {}
    found = []
    with engine.connect() as connection:
        for place, seq in connection.execute(select(Conversation.id, Conversation.seq)).all():
            query = select(Message.seq, Message.id, Message.client_id, Message.body)
            rows = connection.execute(query.where(Message.conversation_id == place).order_by(Message.seq))
            here = {encode_id(row[1]): (row[0], row[2], row[3]) for row in rows}
            stored[encode_id(place)] = here
            if [one[0] for one in here.values()] != list(range(1, seq + 1)):
                found.append(f"{place}: numbers with a gap")
            if len({one[1] for one in here.values()}) != len(here):
                found.append(f"{place}: a message twice")
    return stored, found


def at_client(there: dict[str, tuple[int, str, str]], place: dict[str, Any]) -> Iterator[str]:
    """Say what a client shows otherwise than it is stored, and what it was promised and is not there."""
    shown = {one[1]: (one[0], one[2], one[3]) for one in place["messages"]}
    if shown != there:
        lacks, more = len(there.keys() - shown.keys()), len(shown.keys() - there.keys())
        other = sum(shown[key] != there[key] for key in shown.keys() & there.keys())
        yield f"lacks {lacks}, has {more} too many, {other} are different; at pos {place['pos']}"
    by_client = {one[1]: one[0] for one in there.values()}
    lost = [(key, seq, how) for key, seq, how in place["acknowledged"] if by_client.get(key) != seq]
    if lost:
        yield f"{len(lost)} acknowledged messages are not there: {lost[:3]}"


def wrong(engine: Engine, state: dict[str, Any]) -> list[str]:
    """Compare what the clients show with the database; gives what is not as it must be."""
    stored, found = in_database(engine)
    for n, client in enumerate(state["shown"]):
        found += [f"client {n}: {what}" for place in client for what in at_client(stored[place["id"]], place)]
    for bad in ("resets", "refused", "doubled", "backwards", "strangers"):
        if state["told"][bad]:
            found.append(f"{bad}: {state['told'][bad]} {state['refusals'] or ''}")
    if state["waiting"]:
        found.append(f"{state['waiting']} messages wait to be sent")
    return found


def soak(minutes: float, size: Size, seed: int, *, small: bool = False, say: Any = print) -> list[str]:
    """Run it; gives what was wrong at the end, nothing when all is well."""
    rng = random.Random(seed)
    data = Path(tempfile.mkdtemp(prefix="rse-soak-"))
    try:
        with stage(data, size, small=small) as (made, database):
            made_people = chat_fill.circle(database, data, size.clients, size.conversations)
            for server in made.servers:
                server.start()
            plan = data / "plan.json"
            clients = [{"token": t, "csrf": csrf_of(t), "conversations": ids} for t, ids in made_people]
            urls = [server.url for server in made.servers]
            said = {"urls": urls, "origin": made.url, "clients": clients}
            plan.write_text(json.dumps({**said, "seed": seed, "rate": size.rate, "calm": size.calm}))
            engine = create_engine(database)
            try:
                found, told = _run(Clients(plan), made, engine, minutes * 60, size=size, rng=rng)
            finally:
                engine.dispose()
            say(told)
            for line in found[:20]:
                say(f"WRONG {line}")
            return found
    finally:
        if os.environ.get("RSE_SOAK_KEEP"):
            say(f"kept: {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)


def _run(
    clients: Clients, made: Stage, engine: Engine, seconds: float, *, size: Size, rng: random.Random
) -> tuple[list[str], str]:
    """Break things until the time is over, then wait until all agree; gives what is wrong, and a summary."""
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(rng.uniform(*size.faults), max(0.0, end - time.monotonic())))
            if time.monotonic() < end - 1:
                rng.choice(made.breaks)(rng)
        clients.ask("quiet")
        quiet, found = time.monotonic(), ["nothing was asked"]
        while found and time.monotonic() - quiet < SETTLE:
            time.sleep(1)
            state = clients.ask("state")
            found = wrong(engine, state)
        settled = time.monotonic() - quiet
    finally:
        clients.end()
    acknowledged = sum(len(place["acknowledged"]) for client in state["shown"] for place in client)
    if not acknowledged:
        found.append("nothing was acknowledged")
    return found, (
        f"{acknowledged} messages acknowledged, {dict(made.killed)} killed, {state['told']}, "
        f"{state['connected']} connected, settled in {settled:.0f} s"
    )


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("minutes", type=float)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--clients", type=int, default=Size.clients)
    parser.add_argument("--conversations", type=int, default=Size.conversations)
    parser.add_argument("--rate", type=float, default=Size.rate, help="messages a second, of all together")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--times", type=int, default=1, help="so many runs, each with the next seed")
    arguments = parser.parse_args()
    asked = Size(arguments.clients, arguments.conversations, arguments.rate)
    size, failed = SMALL if arguments.small else asked, 0
    for turn in range(arguments.times):
        seed = arguments.seed + turn
        print(f"seed {seed}: {arguments.minutes} minutes, {size}", flush=True)
        failed += bool(soak(arguments.minutes, size, seed, small=arguments.small))
    print(f"{arguments.times - failed} of {arguments.times} runs without a fault")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
