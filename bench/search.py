"""Search over made-up posts: building, questions in an audience of 51 tokens, one more post, experts' texts.

Words follow Zipf's law over 30,000 made-up words, real French and English ones among them; 1,000 groups, the
asker in 50 of them. `python -m bench.search FILE.jsonl.xz` asks the same over the threads of a file.
"""

import json
import lzma
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from bench.run import show
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


def vocabulary() -> tuple[list[str], list[float]]:
    words = [f"mot{n}" for n in range(30_000)]
    for n, word in enumerate(REAL):
        words[20 + n * 40] = word
    return words, [1 / (rank + 10) for rank in range(len(words))]


def posts(count: int) -> Iterator[Document]:
    chance = random.Random(7)
    words, weights = vocabulary()
    for number in range(1, count + 1):
        group = chance.randint(1, GROUPS) if chance.random() < 0.7 else None
        kind = "post" if number % 6 == 0 else "comment"
        text = chance.choices(words, weights, k=max(3, int(chance.expovariate(1 / WORDS))))
        yield Document(
            key=f"{kind}:{number}",
            kind=kind,
            audience=f"group:{group}" if group and group % 3 else "everyone",
            title=" ".join(text[:6]) if kind == "post" else "",
            body=" ".join(text),
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


def milliseconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e3


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def asked(engine: SearchBackend) -> list[float]:
    ask = [SearchQuery(text, AUDIENCE, facets=True) for text in QUESTIONS]
    return [milliseconds(lambda q=q: engine.search(q)) for q in ask]


def measure(
    documents: Sequence[Document], size: object, name: str, opened: Callable[[], SearchBackend]
) -> list[Row]:
    """Measure everything over some documents; wall time, but for the building of Whoosh."""
    rows: list[Row] = []

    def row(what: str, value: float, unit: str = "ms", target: str = "") -> None:
        rows.append(
            {
                "what": f"search, {name}: {what}",
                "size": size,
                "value": round(value, 2),
                "unit": unit,
                "target": target,
            }
        )

    whoosh = name == "Whoosh"
    wall, cpu = time.perf_counter(), time.process_time()
    count = opened().reindex(documents, lambda keys: Batch())
    spent, took = time.process_time() - cpu, time.perf_counter() - wall
    row("build, processor seconds of ours", spent, "s", "< 100" if count >= LARGE and whoosh else "")
    row("build, seconds", took, "s", f"< {240 if whoosh else 30}" if count >= LARGE else "")
    engine = opened()
    row("open", milliseconds(engine.health))
    first = milliseconds(lambda: engine.search(SearchQuery("licenciement", AUDIENCE, facets=True)))
    row("the first question after the start", first)
    row("first time a question is asked, p95", p95(asked(engine)), "ms", "< 150")
    again = [value for _ in range(5) for value in asked(engine)]
    row("question with facets, p50", statistics.median(again))
    row("question with facets, p95", p95(again), "ms", "< 60" if not whoosh else "< 150")
    for kind, texts, target in SHAPES:
        every = [
            milliseconds(lambda t=t: engine.search(SearchQuery(t, AUDIENCE, facets=True))) for t in texts * 5
        ]
        row(f"{kind}, p95", p95(every), "ms", f"< {target if whoosh else 60}")
    proofs = [milliseconds(lambda t=t: engine.evidence(t, AUDIENCE)) for t in QUESTIONS * 3]
    row("texts about a subject, for experts, p95", p95(proofs), "ms", "< 200" if whoosh else "< 100")
    completed = [milliseconds(lambda t=t: engine.suggest(t[:3], AUDIENCE)) for t in QUESTIONS]
    row("completing three letters, p95", p95(completed), "ms", "< 30")
    near = [milliseconds(lambda t=t: engine.spellings([t], AUDIENCE)) for t in SLIPS * 3]
    row("other spellings of a word, p95", p95(near))
    added, after = one_by_one(engine)
    row("one more post, until committed, p95", p95(added), "ms", "< 2000" if whoosh else "< 1000")
    row("first question after a commit, p95", p95(after), "ms", "< 60")
    return rows


def one_by_one(engine: SearchBackend) -> tuple[list[float], list[float]]:
    """Add posts one at a time, and ask after each."""
    added, after = [], []
    for number in range(20):
        late = Document(f"post:{10**9 + number}", "post", "everyone", "", "wireless nouveau", LATEST, 1)
        added.append(milliseconds(lambda d=late: engine.apply(Batch(put=[d]))))
        after.append(milliseconds(lambda: engine.search(SearchQuery("wireless driver", AUDIENCE))))
    return added, after


def run(sizes: Sequence[int]) -> list[Row]:
    """Measure over made-up posts of each size."""
    return [row for size in sizes for row in both(list(posts(size)), size)]


def both(documents: Sequence[Document], size: object) -> list[Row]:
    """Measure Whoosh, then PostgreSQL on a server that this starts."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(documents, size, "Whoosh", lambda: Whoosh(Path(folder)))
    with servers.postgres() as url:
        database = create_engine(url)
        rows += measure(documents, size, "PostgreSQL", lambda: Postgres(database, database.connect))
        database.dispose()
    return rows


if __name__ == "__main__":
    show(both(list(threads(Path(sys.argv[1]))), "real"))
