"""The indexer killed again and again by SIGKILL, in the middle of writes and of rebuilds, on each engine.

    python -m bench.search_kill [KILLS]     both engines, 50 kills each; needs PostgreSQL's programs

What is written follows from its number alone, so that after each kill the index is compared with what must be
there: nothing missing, stale, doubled or come back. The last write may or may not have been done; like a
delivery of the outbox that was not acknowledged, it is done again.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine

from bench.run import show
from rse.core.feature import Document
from rse.search.engine import Batch, SearchBackend, SearchQuery, stamp
from rse.search.postgres import Postgres
from rse.search.whoosh import Whoosh
from tests import servers

ROOT = Path(__file__).resolve().parents[1]
OBJECTS, REBUILDS = 40, 9  # how many there are; each so many writes the index is built anew
START = datetime(2026, 1, 1, tzinfo=UTC)
State = dict[int, int]  # number: version
EVERYONE = frozenset({"everyone"})


def engine_at(where: str) -> SearchBackend:
    """Open the engine of a folder, or of a PostgreSQL address."""
    if not where.startswith("postgresql"):
        return Whoosh(Path(where))
    engine = create_engine(where, poolclass=NullPool)
    return Postgres(engine, engine.connect)


def document(number: int, version: int) -> Document:
    """An object in one of its states."""
    return Document(f"post:{number}", "post", "everyone", "", f"mot etat{version}", START, version)


def step(state: State, write: int) -> tuple[State, list[int], list[int]]:
    """Give the state after a write, with what it puts and drops."""
    chance = random.Random(write)
    put = chance.sample(range(OBJECTS), 3)
    drop = [n for n in chance.sample(range(OBJECTS), 2) if n not in put]
    after = {n: v for n, v in state.items() if n not in drop} | dict.fromkeys(put, write)
    return after, put, drop


def state_at(write: int) -> State:
    """Give what must be there once so many writes are done."""
    state: State = {}
    for number in range(1, write + 1):
        state, _put, _drop = step(state, number)
    return state


def write_on(where: str, first: int) -> None:
    """Write without end, from a number on; say what is acknowledged. This is what is killed."""
    engine, number, state = engine_at(where), first, state_at(first - 1)
    while True:
        state, put, drop = step(state, number)
        if number % REBUILDS == 0:
            engine.reindex([document(n, v) for n, v in state.items()], lambda keys: Batch())
        else:
            engine.apply(Batch([document(n, number) for n in put], [f"post:{n}" for n in drop]))
        print(number, flush=True)
        number += 1


def wrong(engine: SearchBackend, done: int) -> list[str]:
    """Say what is not as it must be after so many acknowledged writes, the next perhaps done too."""
    found = dict(engine.stamps("post"))
    possible = [state_at(done), state_at(done + 1)]
    problems = []
    if found not in [{n: stamp(v, "everyone") for n, v in state.items()} for state in possible]:
        problems.append(f"after {done}: {found}")
    total = engine.search(SearchQuery("mot", EVERYONE)).total
    if total != len(found):
        problems.append(f"after {done}: {total} found of {len(found)}")
    return problems


def run_kills(where: str, kills: int, seed: int = 4) -> tuple[int, list[str]]:
    """Kill the writer so often; give how many writes were acknowledged, and what was wrong."""
    engine, chance, done = engine_at(where), random.Random(seed), 0
    engine.reindex([], lambda keys: Batch())
    problems: list[str] = []
    for _ in range(kills):
        code = f"from bench.search_kill import write_on; write_on({where!r}, {done + 1})"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RSE_LOG_LEVEL": "error"}
        writer = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert writer.stdout is not None
        done = int(writer.stdout.readline() or done)
        time.sleep(chance.random() * 0.2)
        writer.send_signal(signal.SIGKILL)
        done = max([done, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        problems += wrong(engine, done)
        engine.health()
    return done, problems


def rows_of(kills: int) -> list[dict[str, Any]]:
    """Kill so often on each engine."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, servers.postgres() as url:
        for name, where in (("Whoosh", f"{folder}/index"), ("PostgreSQL", url)):
            done, problems = run_kills(where, kills)
            for problem in problems:
                print(problem, file=sys.stderr)
            what = f"search: wrong after SIGKILL, {name}, {done} writes"
            rows.append({"what": what, "size": kills, "value": len(problems), "unit": "", "target": "<= 0"})
    return rows


def run(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Rows for `make bench`: few kills in the quick form."""
    return rows_of(50 if max(sizes) > 1_000 else 5)


if __name__ == "__main__":
    show(rows_of(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
