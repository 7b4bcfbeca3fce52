"""Over HTTP, as people meet it: one gunicorn process on one core, four connections kept open on the other.

Pages a second and the 95th percentile of the home feed, the JSON feed, the search and posting: the median of
several rounds, and beside it the best one. On a shared machine rounds differ by half; the time of a fixed
loop, taken before each, says how fast the machine was.
"""

import http.client
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import company
from bench.front import free_port, signed_in, skip_welcome, start
from bench.imports import ROOT, environment, timed
from bench.serving import memory

CONCURRENCY, SECONDS, WARM_UP, ROUNDS = 4, 4.0, 1.0, 5
PEOPLE, MESSAGES, QUICK = 1_200, 69_354, 7_000
LONGEST = 180  # seconds for the worker to do what waits


class Reader(threading.Thread):
    """One connection that asks again and again, and notes how long each answer took."""

    def __init__(
        self, port: int, headers: dict[str, str], requests: list[tuple[str, str, bytes]], status: int
    ) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers, self.requests, self.status = headers, requests, status
        self.end, self.begin, self.taken = 0.0, 0.0, list[float]()

    def run(self) -> None:
        """Ask until the end; count only what began after the warm-up."""
        turn = 0
        while (start := time.perf_counter()) < self.end:
            method, path, body = self.requests[turn % len(self.requests)]
            turn += 1
            self.connection.request(method, path, body or None, self.headers)
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != self.status:
                raise RuntimeError(f"{path} answered {answer.status}")
            if start > self.begin:
                self.taken.append(time.perf_counter() - start)


def ask(
    port: int,
    headers: dict[str, str],
    requests: list[tuple[str, str, bytes]],
    status: int = 200,
    connections: int = CONCURRENCY,
) -> tuple[float, float]:
    """Give (answers a second, 95th percentile in ms) at so many connections that ask without a pause."""
    readers = [Reader(port, headers, requests, status) for _ in range(connections)]
    now = time.perf_counter()
    for reader in readers:
        reader.begin, reader.end = now + WARM_UP, now + WARM_UP + SECONDS
        reader.start()
    for reader in readers:
        reader.join()
    taken = [seconds for reader in readers for seconds in reader.taken]
    return len(taken) / SECONDS, quantiles(taken, n=20)[-1] * 1000


def loop() -> float:
    """Give the time in ms of a fixed piece of work in Python, here and now: the median of 21."""
    taken = []
    for _ in range(21):
        start, total = time.perf_counter(), 0
        for number in range(60_000):
            total += number
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def start_pinned(data: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server on the first core; this process keeps to the last."""
    server = start(data, port)
    cores = sorted(os.sched_getaffinity(0))
    for process in (server.pid, *children(server.pid)):
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores[:1])
    os.sched_setaffinity(0, cores[-1:])
    return server


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def csrf(port: int, cookie: dict[str, str]) -> str:
    """Read the token that forms of this session carry."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers=cookie)
    page = urllib.request.urlopen(request, timeout=10).read().decode()
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    return found[1] if found else ""


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure on a generated company."""
    messages = MESSAGES if len(sizes) > 1 else QUICK
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        uids = company.directory(data / "people.csv", PEOPLE)
        company.threads(data / "threads.jsonl", uids, messages)
        for step in (
            ("db", "upgrade"),
            ("import", "directory", str(data / "people.csv")),
            ("import", "threads", str(data / "threads.jsonl")),
            ("relay",),
        ):
            timed(data, *step)
        skip_welcome(data)
        port = free_port()
        cookie = {"Cookie": f"rse_session={signed_in(data, uids[3])}"}
        server = start_pinned(data, port)
        try:
            found = rows(port, cookie, messages)
            web = memory(children(server.pid)[0])
        finally:
            server.terminate()
            server.wait()
            os.sched_setaffinity(0, cores)
        for what, value in (("web process", web), ("worker", worker_memory(data))):
            row = {"what": f"memory of the {what} after that", "size": messages, "value": value}
            found.append({**row, "unit": "MB", "target": ""})
        return found


def worker_memory(data: Path) -> float:
    """Give the memory in MB of a worker that has handed on and put into the index what was just published."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, env=environment(data), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + LONGEST
        while owed(data) and time.monotonic() < end:
            time.sleep(1)
        return memory(worker.pid)
    finally:
        worker.terminate()
        worker.wait()


def owed(data: Path) -> int:
    """Give how many events still wait for their subscribers."""
    with closing(sqlite3.connect(data / "rse.db", timeout=20)) as database:
        (waiting,) = database.execute("SELECT count(*) FROM delivery WHERE NOT dead").fetchone()
    return int(waiting)


def rows(port: int, cookie: dict[str, str], messages: int) -> list[dict[str, Any]]:
    """Ask for each kind of page in turn."""
    words = company.vocabulary(random.Random(8))[:40]
    searches = [("GET", f"/search?q={word}", b"") for word in words]
    found: list[dict[str, Any]] = []

    def note(what: str, requests: list[tuple[str, str, bytes]], rate: str, p95: str, **more: Any) -> None:
        headers = cookie | more.pop("headers", {})
        loops, rates, slow, alone = [], list[float](), list[float](), list[float]()
        for _ in range(ROUNDS):
            loops.append(loop())
            per_second, late = ask(port, headers, requests, **more)
            rates.append(per_second)
            slow.append(late)
            alone.append(ask(port, headers, requests, connections=1, **more)[1])
        for name, value, unit, target in (
            ("a second", median(rates), "/s", rate),
            ("a second, best round", max(rates), "/s", ""),
            (f"p95 at {CONCURRENCY}", median(slow), "ms", p95),
            (f"p95 at {CONCURRENCY}, best round", min(slow), "ms", ""),
            ("p95 of one who asks alone", median(alone), "ms", p95),
            ("loop, slowest round", max(loops), "ms", ""),
        ):
            row = {"what": f"HTTP, {what}: {name}", "size": messages, "value": value}
            found.append({**row, "unit": unit, "target": target})

    note("home feed", [("GET", "/", b"")], ">= 250", "< 40")
    note("JSON feed", [("GET", "/api/v1/feed", b"")], ">= 350", "")
    note("search page", searches, "", "< 150")
    json = {"Content-Type": "application/json", "X-CSRF-Token": csrf(port, cookie)}
    note(
        "posting",
        [("POST", "/api/v1/posts", b'{"kind": "message", "body": "Bonjour, ceci est un essai."}')],
        "",
        "< 50",
        headers=json,
        status=201,
    )
    return found
