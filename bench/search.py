"""Search over made-up posts: building, questions in an audience of 51 tokens, one more post, experts' texts.

Words follow Zipf's law over 30,000 made-up words, real French and English ones among them; 1,000 groups,
the asker in 50 of them. Times are of this process's processor for Whoosh, and on the clock for
PostgreSQL.

    python -m bench.search --whoosh 100000 --postgres 1000000     the full sizes, one after the other
    python -m bench.search FILE.jsonl.xz                          the same over the threads of a file

Rows go to bench/results too. Documents are made as they are read, so that size costs the engine alone
memory. bench/search_pages.py measures the pages, experts and first letters over a database.
"""

import argparse
import json
import lzma
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench.run import keep, show
from rse.core.feature import Document
from rse.search.engine import Batch, SearchBackend, SearchQuery
from rse.search.postgres import Postgres
from rse.search.whoosh import Whoosh
from tests import servers

REAL_WORDS = """
licenciement économique salarié congés télétravail rupture conventionnelle période essai entretien paie budget
projet client contrat serveur réseau wireless driver kernel install printer network sound card python docker
java excel formation sécurité maladie indemnité heures supplémentaires rendez-vous node.js RGPD SAP
"""
REAL = REAL_WORDS.split()
ASKED = """
licenciement économique|wireless driver|congés|rupture conventionnelle|télétravail|période d'essai
"sound card"|install printer|network -wireless|licenc*|docker|SAP|R.G.P.D.|budget projet client|rendez-vous
node.js|contrat|heures supplémentaires indemnité|python kernel|formation sécurité
paie|tag:rh congés|salariés|entretien|excel
java|serveur réseau|maladie|mot1|mot2 mot3|mot700|introuvable
"""
QUESTIONS = [question for line in ASKED.strip().splitlines() for question in line.split("|")]
SHAPES = (  # kind, questions, ms on Whoosh
    ("a rare term", ["mot9000", "mot12000", "mot20000", "introuvable"], 15),
    ("a frequent term, or two", ["mot1", "mot5", "mot1 mot2", "licenciement économique", "congés paie"], 40),
    ("a phrase", ['"sound card"', '"licenciement économique"', '"wireless driver"'], 80),
)
SLIPS = ["licenciemnt", "congse", "wirelss", "tlétravail", "kernal", "formtion"]
GROUPS, MINE, WORDS = 1_000, 50, 45
AUDIENCE = frozenset({"everyone", *(f"group:{n}" for n in range(1, MINE + 1))})
LATEST = datetime(2026, 11, 1, tzinfo=UTC)
LARGE = 10_000
Row = dict[str, Any]
Opened = Callable[[], SearchBackend]
Clock = Callable[[], float]


def vocabulary() -> tuple[list[str], list[float]]:
    """Give words with their weights, summed up as they go."""
    words = [f"mot{n}" for n in range(30_000)]
    for n, word in enumerate(REAL):
        words[20 + n * 40] = word
    return words, list(accumulate(1 / (rank + 10) for rank in range(len(words))))


def posts(count: int) -> Iterator[Document]:
    chance = random.Random(7)
    words, weights = vocabulary()
    for number in range(1, count + 1):
        group = chance.randint(1, GROUPS) if chance.random() < 0.7 else None
        kind = "post" if number % 6 == 0 else "comment"
        said = chance.choices(words, cum_weights=weights, k=max(3, int(chance.expovariate(1 / WORDS))))
        yield Document(
            key=f"{kind}:{number}",
            kind=kind,
            audience=f"group:{group}" if group and group % 3 else "everyone",
            title=" ".join(said[:6]) if kind == "post" else "",
            body=" ".join(said),
            at=LATEST - timedelta(minutes=count - number),
            version=1,
            author_id=int(chance.paretovariate(0.8)) % 1_200 + 1,
            group_id=group,
            tags=("rh",) if number % 9 == 0 else (),
            accepted=number % 20 == 0,
        )


def threads(path: Path) -> Iterator[Document]:
    """The lines of an exchange file, as the feed would index them."""
    authors: dict[str, int] = {}
    groups: dict[str, int] = {}
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            kind = "comment" if row["parent"] else "post"
            yield Document(
                key=f"{kind}:{number}",
                kind=kind,
                audience="everyone",
                title=row["title"] or "",
                body=row["text"],
                at=datetime.fromisoformat(row["at"]),
                version=1,
                author_id=authors.setdefault(row["author"], len(authors) + 1),
                group_id=groups.setdefault(row["group"], len(groups) + 1),
                post_kind=row["kind"] or "",
            )


def milliseconds(work: Callable[[], Any], clock: Clock = time.perf_counter) -> float:
    begin = clock()
    work()
    return (clock() - begin) * 1e3


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


class Measure:
    """Measures one engine over some documents, and keeps the rows."""

    def __init__(self, name: str, size: object, opened: Opened) -> None:
        self.name, self.size, self.opened = name, size, opened
        self.whoosh = name == "Whoosh"
        self.clock = time.process_time if self.whoosh else time.perf_counter
        self.rows: list[Row] = []

    def row(self, what: str, value: float, unit: str = "ms", target: str = "") -> None:
        """Keep a figure."""
        row = {"what": f"search, {self.name}: {what}", "size": self.size, "unit": unit, "target": target}
        self.rows.append(row | {"value": round(value, 2)})

    def each(self, asks: Iterable[Callable[[], Any]]) -> list[float]:
        """Give the milliseconds of each."""
        return [milliseconds(ask, self.clock) for ask in asks]

    def build(self, documents: Iterable[Document]) -> int:
        """Make the index; give how many documents it has."""
        wall, cpu = time.perf_counter(), time.process_time()
        count = self.opened().reindex(documents, lambda keys: Batch())
        spent, took = time.process_time() - cpu, time.perf_counter() - wall
        large = count >= LARGE
        self.row("build, processor seconds of ours", spent, "s")
        self.row("build, seconds", took, "s", f"< {240 if self.whoosh else 30}" if large else "")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.row("memory of the process at most", most, "MB", "< 1024")
        return count

    def questions(self, engine: SearchBackend) -> None:
        """Ask the first time, then again and again, by shape."""
        self.row("open", milliseconds(engine.health, self.clock))
        one = SearchQuery("licenciement", AUDIENCE, facets=True)
        self.row("the first question after the start", milliseconds(lambda: engine.search(one), self.clock))
        asks = [asking(engine, question) for question in QUESTIONS]
        self.row("first time a question is asked, p95", p95(self.each(asks)), "ms", "< 150")
        again = self.each(asks * 5)
        self.row("question with facets, p50", statistics.median(again))
        self.row("question with facets, p95", p95(again), "ms", "< 150" if self.whoosh else "< 60")
        for kind, texts, target in SHAPES:
            every = self.each([asking(engine, question) for question in texts * 5])
            self.row(f"{kind}, p95", p95(every), "ms", f"< {target if self.whoosh else 60}")

    def words(self, engine: SearchBackend) -> None:
        """Ask for what ranks people, for what is begun, and for what is misspelt."""
        proofs = self.each([lambda t=t: engine.evidence(t, AUDIENCE) for t in QUESTIONS * 3])
        self.row(
            "texts about a subject, for experts, p95", p95(proofs), "ms", f"< {200 if self.whoosh else 100}"
        )
        begun = self.each([lambda t=t: engine.suggest(t[:3], AUDIENCE) for t in QUESTIONS])
        self.row("completing three letters, p95", p95(begun), "ms", "< 30")
        near = self.each([lambda t=t: engine.spellings([t], AUDIENCE) for t in SLIPS * 3])
        self.row("other spellings of a word, p95", p95(near))

    def one_by_one(self, engine: SearchBackend) -> None:
        """Add posts one at a time, and ask after each; adding is measured on the clock."""
        added, after = [], []
        for number in range(20):
            late = Document(f"post:{10**9 + number}", "post", "everyone", "", "wireless nouveau", LATEST, 1)
            added.append(milliseconds(lambda d=late: engine.apply(Batch(put=[d]))))
            after += self.each([asking(engine, "wireless driver")])
        self.row(
            "one more post, until committed, p95", p95(added), "ms", f"< {2000 if self.whoosh else 1000}"
        )
        self.row("first question after a commit, p95", p95(after), "ms", "< 60")


def asking(engine: SearchBackend, question: str) -> Callable[[], Any]:
    """Give what asks a question."""
    query = SearchQuery(question, AUDIENCE, facets=True)
    return lambda: engine.search(query)


def measure(documents: Iterable[Document], size: object, name: str, opened: Opened) -> list[Row]:
    """Measure everything over some documents."""
    found = Measure(name, size, opened)
    found.build(documents)
    engine = opened()
    found.questions(engine)
    found.words(engine)
    found.one_by_one(engine)
    return found.rows


def whoosh(documents: Iterable[Document], size: object) -> list[Row]:
    """Measure Whoosh, in a folder that goes."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(documents, size, "Whoosh", lambda: Whoosh(Path(folder)))
        bytes_ = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return [*rows, _on_disk("Whoosh", size, bytes_)]


def postgres(documents: Iterable[Document], size: object) -> list[Row]:
    """Measure PostgreSQL, on a server that this starts."""
    with servers.postgres() as url:
        database = create_engine(url)
        rows = measure(documents, size, "PostgreSQL", lambda: Postgres(database, database.connect))
        with database.connect() as connection:
            asked = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relkind = 'r'"
            where = " AND relnamespace = 'search'::regnamespace"
            bytes_ = int(connection.scalar(text(asked + where)) or 0)
        database.dispose()
    return [*rows, _on_disk("PostgreSQL", size, bytes_)]


def _on_disk(name: str, size: object, bytes_: int) -> Row:
    what = f"search, {name}: on disk"
    return {"what": what, "size": size, "value": round(bytes_ / 1e6), "unit": "MB", "target": ""}


def run(sizes: Sequence[int]) -> list[Row]:
    """Measure both engines over made-up posts of each size."""
    return [row for size in sizes for engine in (whoosh, postgres) for row in engine(posts(size), size)]


def main() -> None:
    """Measure what is asked for, and keep the rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("threads", type=Path, nargs="?")
    parser.add_argument("--whoosh", type=int, action="append", default=[])
    parser.add_argument("--postgres", type=int, action="append", default=[])
    given = parser.parse_args()
    work: list[tuple[Callable[..., list[Row]], Iterable[Document], object]] = []
    if given.threads:
        work += [(engine, threads(given.threads), "real") for engine in (whoosh, postgres)]
    work += [(whoosh, posts(size), size) for size in given.whoosh]
    work += [(postgres, posts(size), size) for size in given.postgres]
    for engine, documents, size in work:
        rows = engine(documents, size)
        show(rows)
        print(keep(rows), flush=True)


if __name__ == "__main__":
    main()
