"""The search judged by hand over threads of one's own: what is meant must be in the first ten.

    python -m bench.search_quality THREADS.jsonl[.xz] QUESTIONS.tsv

THREADS is an exchange file, as for `flask import threads`. A line of QUESTIONS is what is typed, a tab, and
the ids of the threads that answer it, with spaces between. The misses are printed.
"""

import json
import lzma
import sys
import tempfile
from pathlib import Path

from bench.run import show
from bench.search import Row, threads
from rse.search.engine import Batch, SearchQuery
from rse.search.grammar import parse
from rse.search.synonyms import STARTER, standing
from rse.search.whoosh import Whoosh

FIRST = 10


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


def judge(path: Path, questions: Path) -> list[Row]:
    """Ask every question; give how many found what is meant, and the mean of 1 / its place."""
    names, hits, worth, asked = roots(path), 0, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        engine = Whoosh(Path(folder))
        engine.reindex(threads(path), lambda keys: Batch())
        for line in questions.read_text().splitlines():
            text, _, expected = line.partition("\t")
            if not expected.strip():
                continue
            asked += 1
            also = standing(STARTER, parse(text))
            found = engine.search(SearchQuery(text, frozenset({"everyone"}), also=also, limit=FIRST)).found
            got = [names[one.id] for one in found]
            place = next((at for at, name in enumerate(got, 1) if name in expected.split()), 0)
            hits, worth = hits + bool(place), worth + (1 / place if place else 0)
            if not place:
                print(f"missed: {text}: {' '.join(got)}")
    return [
        {
            "what": "search: judged questions answered in the first ten",
            "size": asked,
            "value": hits,
            "unit": "",
        },
        {"what": "search: mean of 1 / place", "size": asked, "value": worth / max(asked, 1), "unit": ""},
    ]


if __name__ == "__main__":
    show(judge(Path(sys.argv[1]), Path(sys.argv[2])))
