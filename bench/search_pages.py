"""The search of a running application at a size: pages, experts, first letters, a post until it is found.

    python -m bench.search_pages 100000 [--postgres]

1,200 people, one in five with three skills, 1,000 groups with the asker in 50, and so many texts, three
answers to a question, in the words of bench/search.py. Everything is asked in this process, without a
network; times are of its processor with Whoosh on SQLite, and on the clock with PostgreSQL. Rows go to
bench/results too. 100,000 texts take some minutes on each.
"""

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

from bench.feed import NOW, SECRET, Reader, cookies
from bench.large import settle
from bench.run import keep, show
from bench.search import QUESTIONS, REAL, Row, milliseconds, p95, vocabulary
from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.app import create_app
from rse.core import db, jobs
from rse.core.audience import EVERYONE, Viewer
from rse.core.model import Base, new_id
from rse.feed import service as feed
from rse.feed.models import Comment, Post
from rse.groups.models import Group, Membership
from rse.people.models import PersonSkill, Skill, SkillName
from rse.search import first_letters, queries, service
from rse.search.current import asker, backend, sources
from rse.search.schemas import ExpertsInput, SearchInput
from tests import servers

PEOPLE, GROUPS, MINE = 1_200, 1_000, 50
ANSWERS = 3  # to a question
PART = 2_000  # questions written together
SPAN = timedelta(days=540)
LATE = 10  # posts published one at a time
SUBJECTS = [word for word in REAL if len(word) > 3]
TYPED = ("pe", "per", "numb", "number1", "gr", "group 1", "pa", "bud", "x", "zz")


def fill(session: Any, texts: int) -> int:
    """Make the company; give who asks."""
    chance = random.Random(texts)
    people, groups = [[new_id() for _ in range(many)] for many in (PEOPLE, GROUPS)]
    session.execute(insert(Person), [_person(one, at) for at, one in enumerate(people)])
    session.execute(insert(Group), [_group(one, at) for at, one in enumerate(groups)])
    ties = {"person_id": people[0], "role": "member", "state": "active", "at": NOW}
    session.execute(insert(Membership), [ties | {"group_id": one} for one in groups[:MINE]])
    _skills(session, chance, people)
    places = [(one, EVERYONE if at % 3 == 0 else f"group:{one}") for at, one in enumerate(groups)]
    for posts, comments in _threads(chance, people, places, texts):
        session.execute(insert(Post), posts)
        session.execute(insert(Comment), comments)
    return people[0]


def _person(person: int, at: int) -> dict[str, Any]:
    return {
        "id": person, "uid": f"person.{at}", "email": f"p{at}@bench.example", "kind": "employee",
        "display_name": f"Person Number{at}", "sort_name": f"number{at} person", "title": "Technicien",
        "site": f"Site {at % 7}", "roles": frozenset(), "created_at": NOW, "given_name": "Person",
        "family_name": f"Number{at}", "locale": "fr",
    }  # fmt: skip


def _group(group: int, at: int) -> dict[str, Any]:
    shown = "everyone" if at % 3 == 0 else f"group:{group}"
    return {
        "id": group, "slug": f"group-{at}", "name": f"Group {at}", "audience": "everyone", "created_at": NOW,
        "visibility": "open" if at % 3 == 0 else "closed", "member_count": 40, "posts_audience": shown,
    }  # fmt: skip


def _skills(session: Any, chance: random.Random, people: Sequence[int]) -> None:
    skills = {word: new_id() for word in SUBJECTS}
    session.execute(
        insert(Skill),
        [
            {"id": n, "slug": w.lower(), "label_fr": w, "label_en": "", "created_at": NOW}
            for w, n in skills.items()
        ],
    )
    names = [{"skill_id": n, "folded": w.lower(), "label": w} for w, n in skills.items()]
    session.execute(insert(SkillName), names)
    held = [
        {"person_id": one, "skill_id": skill, "level": chance.randint(1, 4)}
        for one in people[::5]
        for skill in chance.sample(list(skills.values()), 3)
    ]
    session.execute(insert(PersonSkill), held)


def _threads(
    chance: random.Random, people: Sequence[int], places: Sequence[tuple[int, str]], texts: int
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Give questions with their answers, the oldest first; who writes much writes very much."""
    words, weights = vocabulary()
    many = texts // (1 + ANSWERS)

    def said(usual: int) -> str:
        length = max(3, int(chance.expovariate(1 / usual)))
        return " ".join(chance.choices(words, cum_weights=weights, k=length))

    def who() -> int:
        return people[int(chance.paretovariate(0.8)) % len(people)]

    for start in range(0, many, PART):
        posts, comments = [], []
        for number in range(start, min(start + PART, many)):
            place: tuple[int | None, str] = (
                chance.choice(places) if chance.random() < 0.7 else (None, EVERYONE)
            )
            at, body = NOW - SPAN * (1 - number / many), said(45)
            posts.append(
                {
                    "id": new_id(), "kind": "question", "tags": [], "data": {}, "author_id": who(),
                    "group_id": place[0], "audience": place[1], "at": at, "version": 1,
                    "title": said(6)[:150], "body": body,
                    "body_html": f"<p>{body}</p>", "active_at": at, "comment_count": ANSWERS,
                    "reactions": {},
                }
            )  # fmt: skip
            for minutes in range(ANSWERS):
                body, later = said(40), at + timedelta(minutes=5 + minutes)
                comments.append(
                    {
                        "id": new_id(), "post_id": posts[-1]["id"], "author_id": who(), "body": body,
                        "reactions": {}, "body_html": f"<p>{body}</p>", "at": later, "version": 1,
                    }
                )  # fmt: skip
        yield posts, comments


@contextmanager
def application(texts: int, database: str) -> Iterator[tuple[Flask, int]]:
    """Give an application over a fresh database of so many texts, with who asks."""
    folder = Path(tempfile.mkdtemp(prefix="rse-bench-"))
    settings = {"secret_key": SECRET, "data_dir": folder, "rate_limits": False}
    try:
        app = create_app(settings | ({"database_url": database} if database else {}))
        with app.app_context():
            Base.metadata.create_all(db.db.engine)
            who = fill(db.begin_write(), texts)
            db.commit()
            if database:
                settle(database)
            yield app, who
            db.db.session.remove()
            db.db.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(app: Flask, person: int, texts: int, name: str) -> list[Row]:
    """Index the company, and ask it."""
    rows: list[Row] = []
    whoosh = name == "Whoosh"
    clock = time.process_time if whoosh else time.perf_counter

    def row(what: str, value: float, unit: str = "ms", target: str = "") -> None:
        what = f"search of the application, {name}: {what}"
        rows.append({"what": what, "size": texts, "value": round(value, 2), "unit": unit, "target": target})

    def asked(what: str, asks: Sequence[Callable[[], Any]], target: str = "") -> None:
        first = [milliseconds(ask, clock) for ask in asks]
        again = [milliseconds(ask, clock) for _ in range(3) for ask in asks]
        row(f"{what}, asked first, p95", p95(first))
        row(f"{what}, p50", statistics.median(again))
        row(f"{what}, p95", p95(again), "ms", target)

    begin = time.perf_counter()
    service.rebuild(db.session(), backend(), sources())
    row("search rebuild, read from the database", time.perf_counter() - begin, "s")
    viewer = viewer_of_person(db.session(), person)
    if viewer is None:
        raise RuntimeError("nobody asks")
    who = asker(db.session(), viewer)
    experts = [partial(queries.find_experts, who, ExpertsInput(q=text)) for text in (*SUBJECTS, *QUESTIONS)]
    asked("experts", experts, f"< {200 if whoosh else 100}")
    letters = [partial(first_letters.begun, db.session(), viewer, text) for text in TYPED]
    asked("first letters", letters, "< 30")
    reader = Reader(app, cookies({"asker": person})["asker"])
    texts_asked = [text for text in QUESTIONS if text.isalnum()]
    asked("a page of results", [partial(reader.get, f"/search?q={text}") for text in texts_asked])
    late = [until_found(viewer, number) for number in range(LATE)]
    row("a post, from its commit until it is found, p95", p95(late), "ms", f"< {2000 if whoosh else 1000}")
    return rows


def until_found(viewer: Viewer, number: int) -> float:
    """Publish a post; give the milliseconds until it is found, handed on by what the worker runs."""
    word = f"tardif{number}"
    feed.publish(db.begin_write(), viewer, body=f"{word} de l’usine")
    db.commit()

    def found() -> None:
        jobs.drain()
        if not queries.search(asker(db.session(), viewer), SearchInput(q=word)).total:
            raise RuntimeError(f"{word} is not found")

    return milliseconds(found)


def run(sizes: Sequence[int], *, postgres: bool = False) -> list[Row]:
    """Measure at each size: Whoosh on SQLite, or PostgreSQL on a server that this starts."""
    rows: list[Row] = []
    for size in sizes:
        if postgres:
            with servers.postgres() as url, application(size, url) as (app, person):
                rows += measure(app, person, size, "PostgreSQL")
        else:
            with application(size, "") as (app, person):
                rows += measure(app, person, size, "Whoosh")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=int, nargs="+")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    os.environ["RSE_LOG_LEVEL"] = "error"  # a line for each request would drown the table
    found = run(given.texts, postgres=given.postgres)
    show(found)
    print(keep(found))
