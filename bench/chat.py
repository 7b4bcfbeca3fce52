"""Live discussion through a real server on PostgreSQL: what issue and documentation promise of it, measured.

The server (one gunicorn process with gevent) and PostgreSQL share one core; the load generator, thousands of
real sockets of signed-in people (bench/chat_load.mjs, over `ws`), has the other. Every message is stored.
Full size: about fifteen minutes. `--quick`: about two. Sizes by environment:

    RSE_BENCH_SOCKETS=5000 RSE_BENCH_ROOM=1000 RSE_BENCH_LONG=1000000 python -m bench.run chat
"""

import json
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bench import chat_fill, large
from bench.serving import TICKS, Web, served
from tests import servers

HERE = Path(__file__).resolve().parent
SENDERS, BURST = 8, 50  # 50 events in a short time: below what a socket may send
MISSED = 10  # messages that were written while somebody was cut
REST = 10.5  # seconds until a socket may send as much again
Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large everything is."""

    sockets: int
    room: int  # people of the large room
    long: int  # messages of the long conversation
    pairs: int = 50
    asked: int = 100  # times that a conversation is opened
    rounds: int = 3

    @classmethod
    def of(cls, *, full: bool) -> "Size":
        def read(name: str, usual: int) -> int:
            return int(os.environ.get(f"RSE_BENCH_{name}", str(usual)))

        if full:
            return cls(read("SOCKETS", 5_000), read("ROOM", 1_000), read("LONG", 1_000_000))
        return cls(read("SOCKETS", 300), read("ROOM", 200), read("LONG", 20_000), 10, 30, 1)


@dataclass(frozen=True)
class World:
    """Who is there: tokens of sessions by person, and the conversations."""

    tokens: list[str]
    hundred: str
    room: str
    pairs: list[str]
    few: str
    long: str


class Generator:
    """The process of the sockets."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "--max-old-space-size=2048", str(HERE / "chat_load.mjs")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def do(self, act: str, **said: Any) -> dict[str, Any]:
        """Ask for something and wait until it is done. Raises RuntimeError for what failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, **said}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"failed": "the generator has ended"}
        if answer.get("failed"):
            raise RuntimeError(f"{act}: {answer['failed']}")
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=10)


@contextmanager
def generator() -> Iterator[Generator]:
    """Start it on the last core; what was started before stays on the first."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    made = Generator()
    try:
        yield made
    finally:
        made.end()
        os.sched_setaffinity(0, cores)


@contextmanager
def first_core() -> Iterator[None]:
    """Let what is started inside stay on the first core."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def fill(database: str, data: Path, size: Size) -> World:
    """Store people, rooms, pairs and the long conversation."""
    chat_fill.tables(database, data)
    engine = create_engine(database)
    with Session(engine) as session:
        ids, tokens = chat_fill.people(session, max(size.sockets, size.room, 100))
        world = World(
            tokens,
            chat_fill.conversation(session, ids[:100], title="A hundred"),
            chat_fill.discussion(session, ids[: size.room], "room"),
            [
                chat_fill.conversation(session, [ids[2 * n], ids[2 * n + 1]], title=f"Pair {n}")
                for n in range(size.pairs)
            ],
            chat_fill.conversation(session, ids[:SENDERS], title="Few"),
            chat_fill.long(session, ids[:3], size.long),
        )
        session.commit()
    engine.dispose()
    large.settle(database)
    return world


def run(sizes: list[int]) -> list[Row]:
    """Measure everything, one after the other."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    size = Size.of(full=len(sizes) > 1)
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with first_core():
            database = stack.enter_context(servers.postgres(durable=True))
            queue = stack.enter_context(servers.redis())
        world = fill(database, data, size)
        settings = {"database_url": database, "secret_key": chat_fill.SECRET, "connections": "12000"}
        found = []
        with first_core():
            server = stack.enter_context(served(data, **settings))
        found += opened(server, world, size)
        with generator() as load:
            found += stored(server, load, world, size)
            found += held(server, load, world, size)
            found += list(shown(load, world, size))
            burst, rows = deliveries(server, load, world, size)
            found += rows
            found += storm(server, load, world, size)
        found += two(data, {**settings, "redis_url": queue}, world, size, burst)
        found += node(size, burst)
    return found


def row(what: str, size: int, value: float, unit: str, target: str = "") -> Row:
    digits = 3 if value < 1 else 1
    return {
        "what": f"chat: {what}",
        "size": size,
        "value": round(value, digits),
        "unit": unit,
        "target": target,
    }


def slow(taken: list[float], n: int) -> float:
    """Give the 50th, 95th or 99th percentile."""
    return median(taken) if n == 50 else quantiles(taken, n=100)[n - 1]


def ask(url: str, token: str) -> float:
    """Open a page; gives the milliseconds."""
    start = time.perf_counter()
    with urlopen(Request(url, headers={"Cookie": f"rse_session={token}"}), timeout=60) as answer:
        answer.read()
    return (time.perf_counter() - start) * 1000


def opened(server: Web, world: World, size: Size) -> list[Row]:
    """Open the long conversation at its first unread message, and anywhere."""
    unread = [ask(f"{server.url}/messages/{world.long}", world.tokens[0]) for _ in range(size.asked)][2:]
    spots = [1 + n * size.long // size.asked for n in range(size.asked)]
    anywhere = [ask(f"{server.url}/messages/{world.long}?at={at}", world.tokens[1]) for at in spots]
    return [
        row("opening a conversation at its first unread, p95", size.long, slow(unread, 95), "ms", "< 60"),
        row("opening it anywhere, p95", size.long, slow(anywhere, 95), "ms"),
    ]


def stored(server: Web, load: Generator, world: World, size: Size) -> list[Row]:
    """Send as fast as messages are acknowledged: in one conversation, then in many."""
    load.do("connect", urls=[server.url], tokens=world.tokens[: 2 * size.pairs])
    one = [[at, world.few] for at in range(SENDERS)]
    many = [[2 * at, place] for at, place in enumerate(world.pairs)]
    found = []
    for name, senders, target in ((1, one, "> 300"), (size.pairs, many, "> 600")):
        rates, taken = [], list[float]()
        for turn in range(size.rounds):
            time.sleep(REST)
            before = server.cpu()
            done = load.do("store", senders=senders, count=BURST, mark=f"r{name}-{turn}")
            rates.append(done["stored"] / done["seconds"])
            taken += done["taken"]
            cpu = (server.cpu() - before) * 1000 / done["stored"]
        found.append(row("stored a second, conversations", name, median(rates), "/s", target))
        found.append(row("  the same, p99 of an answer", name, slow(taken, 99), "ms"))
        found.append(row("  the same, processor of the web process for each", name, cpu, "ms"))
    load.do("close")
    return found


def held(server: Web, load: Generator, world: World, size: Size) -> list[Row]:
    """Open every socket and hold them through two pings; gives the memory of each."""
    before = server.memory()
    done = load.do("connect", urls=[server.url], tokens=world.tokens[: size.sockets], width=100)
    time.sleep(60 if size.sockets > 1000 else 5)
    busy, start = server.cpu(), time.perf_counter()
    time.sleep(10)
    idle = (server.cpu() - busy) / (time.perf_counter() - start) * 100
    alive = load.do("alive")["alive"]
    each = (server.memory() - before) * 1024 / max(1, alive)
    return [
        row("sockets held", size.sockets, alive, "", f">= {size.sockets}"),
        row("memory of one socket", size.sockets, each, "kB", "< 100"),
        row("sockets opened a second", size.sockets, alive / done["seconds"], "/s"),
        row("processor while nothing happens", size.sockets, idle, "%"),
    ]


def shown(load: Generator, world: World, size: Size) -> Iterator[Row]:
    """One message after the other in a room of 100 and in the large one, with all sockets open."""
    for place, people, gap, half, most in (
        (world.hundred, 100, 120, "< 15", "< 60"),
        (world.room, size.room, 400, "< 60", "< 200"),
    ):
        time.sleep(REST)
        done = load.do(
            "shown", **{"from": 0, "place": place, "listeners": people - 1, "count": 40, "gap": gap}
        )
        yield row("stored and shown, room, p50", people, slow(done["taken"], 50), "ms", half)
        yield row("stored and shown, room, p99", people, slow(done["taken"], 99), "ms", most)
        yield row("  the same, until the last one has it, p50", people, slow(done["last"], 50), "ms")
        yield row("  the same, acknowledged, p50", people, slow(done["stored"], 50), "ms")


def deliveries(server: Web, load: Generator, world: World, size: Size) -> tuple[Row, list[Row]]:
    """Fill the large room; gives how many messages reach sockets a second, and what one costs."""
    time.sleep(REST)
    before = server.cpu()
    senders = [[at, world.room] for at in range(SENDERS)]
    done = load.do("store", senders=senders, count=15, mark="fan")
    heard, cpu = done["heard"], server.cpu() - before
    packets = heard["messages"] + heard["others"]
    seconds = max(0.001, (heard["last"] - heard["first"]) / 1000)
    rate = row("messages delivered a second", size.room, heard["messages"] / seconds, "/s", "> 20000")
    each = row("processor for each packet to a socket", size.room, cpu * 1e6 / packets, "µs")
    return {**rate, "each": each["value"]}, [
        rate,
        row("  the same with the counts that go with them", size.room, packets / seconds, "/s"),
        each,
        row("  the same, missing at a socket", size.room, size.room - done["least"], "", "< 1"),
    ]


def storm(server: Web, load: Generator, world: World, size: Size) -> list[Row]:
    """Cut every socket at once: until all have come back and caught up, and pages meanwhile."""
    pages, over = list[float](), threading.Event()

    def read() -> None:
        while not over.wait(0.25):
            pages.append(ask(f"{server.url}/messages", world.tokens[len(pages) % 50]))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        last = 40 + SENDERS * 15  # of the room's events: what `shown` and `deliveries` have sent
        said = {"place": world.room, "inside": size.room}  # to the others it is not theirs
        back = load.do("storm", **said, after=last - MISSED, expected=MISSED)
    finally:
        over.set()
        reader.join()
    return [
        row("sockets dropped at once, back and caught up", size.sockets, back["seconds"], "s", "< 60"),
        row("  the same, those that did not come back", size.sockets, size.sockets - back["back"], "", "< 1"),
        row("  the same, not given what they missed", size.room, back["short"], "", "< 1"),
        row("  the same, attempts for each", size.sockets, back["tries"] / size.sockets, ""),
        row("  the same, pages meanwhile, p95", len(pages), slow(pages, 95), "ms", "< 500"),
    ]  # fmt: skip


def two(data: Path, settings: dict[str, str], world: World, size: Size, burst: Row) -> list[Row]:
    """Two processes with Redis: every socket has every message once, and how that compares with one."""
    with ExitStack() as stack:
        with first_core():
            both = [stack.enter_context(served(data, **settings)) for _ in range(2)]
        load = stack.enter_context(generator())
        load.do("connect", urls=[one.url for one in both], tokens=world.tokens[: size.room], width=50)
        time.sleep(2)
        senders = [[at, world.room] for at in range(SENDERS)]
        done = load.do("store", senders=senders, count=15, mark="two")
        heard = done["heard"]
        rate = heard["messages"] / max(0.001, (heard["last"] - heard["first"]) / 1000)
        wrong = abs(size.room - done["least"]) + abs(done["most"] - size.room)
        return [
            row("two processes with Redis: lost or doubled at a socket", size.room, wrong, "", "< 1"),
            row("two processes with Redis: delivered, against one", size.room, rate / burst["value"], "x"),
        ]


def node(size: Size, burst: Row) -> list[Row]:
    """The same fan-out by socket.io in Node, where it is installed: nothing is stored there."""
    if not (HERE.parent / "node_modules" / "socket.io").exists():
        return []
    with first_core():
        port = servers.free_port()
        process = subprocess.Popen(["node", str(HERE / "chat_node.mjs"), str(port)])
    try:
        servers.wait_for(port)
        with generator() as load:
            load.do("connect", urls=[f"http://127.0.0.1:{port}"], tokens=[""] * size.room, width=50)
            before = _cpu(process.pid)
            done = load.do("fan", count=120, listeners=size.room)
            each = (_cpu(process.pid) - before) * 1e6 / done["heard"]["messages"]
    finally:
        process.kill()
        process.wait(10)
    rate = done["heard"]["messages"] / done["seconds"]
    return [
        row("Node's socket.io, delivered a second", size.room, rate, "/s"),
        row("Node's socket.io, processor for each packet", size.room, each, "µs"),
        row("ours against Node's, processor for each packet", size.room, burst["each"] / each, "x", "<= 1.5"),
    ]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    for line in run([]):
        print(line)
