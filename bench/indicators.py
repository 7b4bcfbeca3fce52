"""Indicators at scale: a synthetic company with 180 days of events, then the night, the week, catching up.

    python -m bench.run indicators            1,000 people, then 10,000 with 1,000,000 events
    RSE_BENCH_PEOPLE=100000 python -m bench.run indicators      10,000,000 events, 3,000 departments
    RSE_BENCH_DATABASE=postgresql+psycopg://... (empty)         on PostgreSQL instead of SQLite
    RSE_BENCH_FOLDER=DIR     kept, with steps.json: what is in it is not done again (10,000,000 events take
                             long to make); RSE_BENCH_STEPS=day,pages   only these

Each step runs in a process of its own, so that its memory can be read. Targets are those of the full size.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, select, update

from bench import corrections, large
from bench.synthetic import Company, fill
from rse.accounts import sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import db
from rse.indicators import running
from rse.people.models import Profile

ROOT = Path(__file__).resolve().parents[1]
QUICK, USUAL, FULL = 1_000, 10_000, 100_000
COST = "roll-ups and publications of 180 days, an event"
PAGES = ("/team", "/indicators", "/signals", "/pulse", "/my-week", "/indicators/definitions")
CALLS = ("/api/v1/indicators/company", "/api/v1/indicators/cells", "/api/v1/signals")
OWN = "/api/v1/indicators/cells/..."
MANAGERS, ASKED = 20, 5  # so many times each
TOLD = (  # step, what of it, its field, unit, target
    ("fill", "events stored in 180 days", "done", "", ""),
    ("before", "roll-up of the first 82 days and one week published", "seconds", "s", ""),
    ("catch up", "catching up 91 days and 13 weeks", "seconds", "s", "< 1800"),
    ("catch up", "catching up, most memory", "memory", "MB", ""),
    ("day", "nightly roll-up of one day", "seconds", "s", "< 30"),
    ("day", "nightly roll-up, most memory", "memory", "MB", "< 1024"),
    ("week", "last day of a week and its publication", "seconds", "s", "< 600"),
    ("week", "publication, most memory", "memory", "MB", ""),
)


def application(folder: Path) -> Any:
    """Give the application on the bench's database."""
    values = {"secret_key": "bench-" * 8, "data_dir": folder, "rate_limits": False}
    url = os.environ.get("RSE_BENCH_DATABASE")
    return create_app(values | ({"database_url": url} if url else {}))


def step(folder: Path, name: str, people: int) -> dict[str, Any]:
    """Run one step in this process: its seconds, its memory, and what it did."""
    app, told, held = application(folder), {}, [0.0]
    with app.app_context():
        running.unit = _timed(running.unit, held)
        began, done = time.perf_counter(), 0
        if name == "fill":
            upgrade(directory=str(ROOT / "migrations"))
            began, done = time.perf_counter(), fill(people)
            if url := os.environ.get("RSE_BENCH_DATABASE"):
                large.settle(url)
        elif name == "pages":
            told = pages(app)
        elif name == "corrections":
            told = corrections.measure(Company(1).last)
        else:
            last = Company(1).last
            week = timedelta(days=7)
            ends = {
                "before": last - 14 * week, "catch up": last - week, "day": last - week + timedelta(days=1),
                "rest": last - timedelta(days=1), "week": last,
            }  # fmt: skip
            done = len(running.rollup(ends[name], newest=1 if name == "before" else None))
        seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "memory": memory, "done": done, "held": held[0], "told": told}


def _timed(unit: Any, held: list[float]) -> Any:
    """Measure how long a transaction that writes lasts: as long others wait on SQLite."""

    @contextmanager
    def timed() -> Iterator[None]:
        with unit():
            began = time.perf_counter()
            yield
        held[0] = max(held[0], time.perf_counter() - began)

    return timed


def pages(app: Any) -> dict[str, float]:
    """Ask for each page as managers all over the company, the busiest author among them.

    Gives the milliseconds that nineteen of twenty answers stay below; each manager once before.
    """
    clients, found = [_manager(app, n) for n in range(MANAGERS)], {}
    cells = [client.get("/api/v1/indicators/cells").get_json()["items"][0]["id"] for client in clients]
    for path in (*PAGES, *CALLS, OWN):
        times = []
        for turn in range(ASKED + 1):
            for client, cell in zip(clients, cells, strict=True):
                began = time.perf_counter()
                answer = client.get(path.replace("...", cell))
                if turn:
                    times.append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 200, (path, answer.status_code)
        found[path] = quantiles(times, n=20)[-1]
    return found


def _manager(app: Any, number: int) -> Any:
    """Let one of the people manage their department; give a browser of theirs."""
    session = db.begin_write()
    every = max(1, (session.scalar(select(func.count()).select_from(Profile)) or 0) // MANAGERS)
    query = select(Profile.person_id, Profile.department_id).order_by(Profile.person_id)
    row = session.execute(query.offset(number * every).limit(1)).one()
    mates = select(Profile.person_id).where(Profile.department_id == row.department_id)
    session.execute(update(Profile).where(Profile.person_id.in_(mates)).values(manager_id=row.person_id))
    session.execute(update(Person).where(Person.id == row.person_id).values(is_manager=True))
    session.execute(update(Profile).where(Profile.person_id == row.person_id).values(welcome_step=4))
    token = sessions.begin(session, row.person_id)
    db.commit()
    client = app.test_client()
    client.set_cookie(sessions.cookie_name(secure=False), token)
    return client


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure one company; by default two, of which one is ten times the other: what does an event cost?"""
    asked = os.environ.get("RSE_BENCH_PEOPLE")
    chosen = (int(asked),) if asked else (QUICK,) if len(sizes) == 1 else (QUICK, USUAL)
    rows = [row for people in chosen for row in measure(people)]
    costs = [row["value"] for row in rows if row["what"] == COST]
    if len(costs) > 1:
        what = "the same, ten times the events against one"
        rows.append(
            {"what": what, "size": USUAL, "value": costs[1] / costs[0], "unit": "", "target": "<= 1.2"}
        )
    return rows


def measure(people: int) -> list[dict[str, Any]]:
    """Measure one company."""
    rows: list[dict[str, Any]] = []

    def tell(what: str, value: float, unit: str, target: str = "") -> None:
        rows.append({"what": what, "size": people, "value": value, "unit": unit, "target": target})

    found = steps(people)
    for name, what, field, unit, target in TOLD:
        if name in found:
            tell(what, found[name][field], unit, target)
    if {"fill", "before", "catch up"} <= found.keys():
        counted = found["before"]["seconds"] + found["catch up"]["seconds"]
        tell(COST, 1e6 * counted / found["fill"]["done"], "µs")
    writing = [found[name]["held"] for name in ("catch up", "day", "rest", "week") if name in found]
    tell("longest transaction that writes", 1000 * max(writing, default=0), "ms")
    for path, value in found.get("pages", {"told": {}})["told"].items():
        tell(f"{path}, p95", value, "ms", "< 60")
    if "corrections" in found:
        told = found["corrections"]["told"]
        tell(
            "roll-up after 1,000 late events, 1,000 deletions, 100 erasures, 500 moves",
            told["seconds"]["rolled up"],
            "s",
        )
        tell("its rows equal those of the raw log", int(told["equal"]), "", ">= 1")
    return rows


def steps(people: int) -> dict[str, Any]:
    """Do each step in a process of its own; give what each told."""
    wanted = ["fill", "before", "catch up", "day", "rest", "week", "pages"]
    wanted += ["corrections"] if people < FULL else []
    if only := os.environ.get("RSE_BENCH_STEPS"):
        wanted = [name for name in wanted if name in only.split(",")]
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(os.environ.get("RSE_BENCH_FOLDER", passing))
        folder.mkdir(parents=True, exist_ok=True)
        noted = folder / "steps.json"
        found: dict[str, Any] = json.loads(noted.read_text()) if noted.exists() else {}
        for name in wanted:
            if name not in found:
                found[name] = _apart(folder, name, people)
                noted.write_text(json.dumps(found))
        return {name: found[name] for name in wanted}


def _apart(folder: Path, name: str, people: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.indicators", str(folder), name, str(people)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name}: {found['seconds']:.1f} s, {found['memory']:.0f} MB", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    print(json.dumps(step(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
