"""The search judged by hand over threads: what is meant must be in the first ten, on each engine.

    python -m bench.search_quality THREADS.jsonl[.xz] [QUESTIONS.tsv] [--engine whoosh|postgres] [--keep DIR]

THREADS is an exchange file, as for `flask import threads`. A line of QUESTIONS is what is typed, a tab,
and the ids of the threads that answer it, with spaces between; without it, bench/search_questions.tsv,
which was judged over help-channel threads and pages on labour law. What is typed is asked as the page
asks it: with the starting synonyms, and other spellings where little is found. The misses are printed.
`--keep` leaves the index of Whoosh in a folder, and takes it up where it is there. Both engines take some
minutes for 70,000 messages.
"""

import argparse
import json
import lzma
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import create_engine

from bench.run import show
from bench.search import Row, threads
from rse.search.engine import Batch, SearchBackend, SearchQuery
from rse.search.grammar import parse
from rse.search.meaning import corrections
from rse.search.postgres import Postgres
from rse.search.synonyms import STARTER, standing
from rse.search.whoosh import Whoosh
from tests import servers

FIRST = 10
EVERYONE = frozenset({"everyone"})
QUESTIONS = Path(__file__).with_name("search_questions.tsv")


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, and the threads that answer it."""

    text: str
    meant: frozenset[str]


def roots(path: Path) -> dict[int, str]:
    """Give, by the number of its line, the id of the post that a text belongs to."""
    found: dict[int, str] = {}
    above: dict[str, str] = {}
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            root = above.get(row["parent"], row["parent"]) if row["parent"] else row["id"]
            above[row["id"]] = found[number] = root
    return found


def questions(path: Path) -> list[Judged]:
    """Read what is asked, and what is meant."""
    lines = (line.partition("\t") for line in path.read_text().splitlines())
    return [Judged(text, frozenset(ids.split())) for text, _tab, ids in lines if ids.strip()]


def ask(engine: SearchBackend, text: str) -> list[int]:
    """Ask as the page does; give the numbers of what is shown first."""
    parsed = parse(text)
    query = SearchQuery(text, EVERYONE, also=standing(STARTER, parsed), facets=True, limit=FIRST)
    results = engine.search(query)
    who: Any = SimpleNamespace(backend=engine, tokens=EVERYONE)
    near = corrections(who, parsed, results)
    if near:
        results = engine.search(replace(query, also=query.also + tuple(one.wider for one in near)))
    return [one.id for one in results.found]


def judge(name: str, engine: SearchBackend, names: dict[int, str], asked: list[Judged]) -> list[Row]:
    """Ask every question; give how many found what is meant, and the mean of 1 / its place."""
    hits, worth = 0, 0.0
    for one in asked:
        got = [names[number] for number in ask(engine, one.text)]
        place = next((at for at, thread in enumerate(got, 1) if thread in one.meant), 0)
        hits, worth = hits + bool(place), worth + (1 / place if place else 0)
        if not place:
            print(f"missed on {name}: {one.text}: {' '.join(got)}", flush=True)
    what, size = f"search, {name}: judged questions", len(asked)
    return [
        {"what": f"{what} answered in the first ten", "size": size, "value": hits, "unit": ""},
        {"what": f"{what}, mean of 1 / place", "size": size, "value": round(worth / size, 3), "unit": ""},
    ]


@contextmanager
def whoosh(path: Path, keep: Path | None) -> Iterator[SearchBackend]:
    """Give Whoosh with the threads in it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Whoosh(keep or Path(folder))
        if engine.health() is not None:
            engine.reindex(threads(path), lambda keys: Batch())
        yield engine


@contextmanager
def postgres(path: Path, _keep: Path | None) -> Iterator[SearchBackend]:
    """Give PostgreSQL, on a server that this starts, with the threads in it."""
    with servers.postgres() as url:
        database = create_engine(url)
        engine = Postgres(database, database.connect)
        engine.reindex(threads(path), lambda keys: Batch())
        yield engine
        database.dispose()


ENGINES: dict[str, Callable[[Path, Path | None], Any]] = {"whoosh": whoosh, "postgres": postgres}


def main() -> None:
    """Judge on the engines that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("threads", type=Path)
    parser.add_argument("questions", type=Path, nargs="?", default=QUESTIONS)
    parser.add_argument("--engine", choices=[*ENGINES], action="append")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    names, asked = roots(given.threads), questions(given.questions)
    for name in given.engine or ENGINES:
        with ENGINES[name](given.threads, given.keep) as engine:
            show(judge(name, engine, names, asked))


if __name__ == "__main__":
    main()
