"""Makes a company's directory and its old conversations, in the forms that the import commands read.

Participation follows what was measured in real communities: 1 % of the authors write about 40 %, 10 % about
82 %, and 12 % of the threads get no reply.
"""

import csv
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

TEAMS, DEPARTMENTS, GROUPS = 5, 14, 12
EXPONENT = 1.25  # of the law of participation: gives the shares above for 1,200 authors
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "ve",
]
COLUMNS = [
    "uid",
    "email",
    "given_name",
    "family_name",
    "title",
    "department",
    "site",
    "manager_uid",
    "languages",
    "skills",
    "start_date",
]


def vocabulary(rng: random.Random, size: int = 12_000) -> list[str]:
    """Words of two to four syllables, each once."""
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
    return list(words)


def directory(path: Path, people: int, seed: int = 7) -> list[str]:
    """Write a directory of so many people; gives their logins."""
    rng = random.Random(seed)
    names = vocabulary(rng, 400)
    uids = [f"p{n:06d}" for n in range(people)]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for n, uid in enumerate(uids):
            department = n % DEPARTMENTS
            team = (n // DEPARTMENTS) % TEAMS
            manager = "" if n == 0 else uids[0] if n < DEPARTMENTS else uids[department]
            place = f"Groupe / Direction {department}" + (
                f" / Équipe {department}.{team}" if n >= DEPARTMENTS else ""
            )
            given, family = rng.choice(names).title(), rng.choice(names).title()
            skills = ";".join(rng.sample(names, 3)) if rng.random() < 0.54 else ""
            out.writerow(
                [
                    uid,
                    f"{uid}@bench.example",
                    given,
                    family,
                    "Technicien",
                    place,
                    f"Site {n % 7}",
                    manager,
                    "fr",
                    skills,
                    "2020-01-01",
                ]
            )
    return uids


def threads(path: Path, uids: list[str], messages: int, seed: int = 8) -> None:
    """Write so many posts and comments by these people, over eighteen months."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for line in _lines(rng, uids, messages):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _lines(rng: random.Random, uids: list[str], messages: int) -> Iterator[dict[str, object]]:
    order = rng.sample(uids, len(uids))
    weights = [1 / (rank + 1) ** EXPONENT for rank in range(len(order))]
    words = vocabulary(rng)
    frequent = [1 / (rank + 1) for rank in range(len(words))]
    at, step = datetime(2025, 5, 5, 8, tzinfo=UTC), timedelta(days=540) / messages
    writers = iter(rng.choices(order, weights, k=messages))
    bag = iter(rng.choices(words, frequent, k=messages * 40))
    n = 0
    while n < messages:
        replies = 0 if rng.random() < 0.12 else min(messages - n - 1, 1 + int(rng.expovariate(1 / 5.7)))
        root, group = f"b{n}", f"groupe-{rng.randrange(GROUPS)}"
        for i in range(1 + replies):
            at += step
            text = " ".join(next(bag) for _ in range(rng.randint(8, 56))).capitalize() + "."
            kind = None if i else rng.choice(("message", "question"))
            yield {
                "id": f"b{n}", "parent": root if i else None, "group": group, "author": next(writers),
                "at": at.isoformat(), "text": text, "title": None, "kind": kind,
            }  # fmt: skip
            n += 1
