"""The feed: pages a second on one core, warm and cold, and how many queries a page takes, at two sizes.

The application answers in this process (WSGI, no network): CPU a page is what is measured, on one core.
Five readers: in 5 groups, in 300, in 40 that fell silent, a guest, and somebody far down the feed.
"""

import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert
from werkzeug.test import EnvironBuilder

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import db
from rse.core.model import Base, new_id
from rse.feed import cards, documents
from rse.feed.models import Comment, Post
from rse.groups.models import Group, Membership

GROUPS, SILENT, PEOPLE = 320, 40, 1_200
NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
WORDS = [
    "ligne", "atelier", "capteur", "mesure", "réunion", "client", "projet", "qualité", "essai",
    "version", "serveur", "contrat", "livraison", "question", "réponse", "formation", "équipe",
    "budget", "planning", "the", "network", "driver", "kernel", "install", "update", "package",
]  # fmt: skip
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvwxyz"
ROUNDS = 7


def text(rng: random.Random, words: int) -> str:
    """A text of about so many words."""
    return " ".join(rng.choice(WORDS) for _ in range(max(3, int(rng.gauss(words, words / 3)))))


def fill(session: Any, posts: int) -> dict[str, int]:
    """Make people, groups and posts; give the ids of the readers."""
    rng = random.Random(posts)
    people = [new_id() for _ in range(PEOPLE)]
    rows = [_person(person, at) for at, person in enumerate(people)]
    rows[3] |= {"kind": "guest", "roles": frozenset({"guest"})}
    session.execute(insert(Person), rows)
    groups = [new_id() for _ in range(GROUPS)]
    session.execute(insert(Group), [_group(group, at) for at, group in enumerate(groups)])
    places: list[tuple[int | None, str]] = [
        (g, f"group:{g}" if at % 3 else "everyone") for at, g in enumerate(groups)
    ]
    talking, silent = places[:-SILENT], places[-SILENT:]
    moments = sorted(NOW - timedelta(minutes=rng.random() * 5e5) for _ in range(posts))
    values = []
    for at, moment in enumerate(moments):
        # The silent groups spoke at the very beginning only; a fifth of what is said is said to all.
        group = (
            rng.choice(silent)
            if at < SILENT * 3
            else (None, "everyone")
            if rng.random() < 0.2
            else rng.choice(talking)
        )
        values.append(_post(rng, people, group, moment))
    for start in range(0, len(values), 1000):
        session.execute(insert(Post), values[start : start + 1000])
    comments = [_comment(rng, people, rng.choice(values)) for _ in range(posts // 2)]
    for start in range(0, len(comments), 1000):
        session.execute(insert(Comment), comments[start : start + 1000])
    return _readers(session, people, groups)


def _person(person: int, at: int) -> dict[str, Any]:
    return {
        "id": person, "uid": f"person.{at}", "email": f"p{at}@bench.example", "kind": "employee",
        "display_name": f"Person Number{at}", "sort_name": f"number{at}", "title": "Ingénieure procédés",
        "site": "Lyon", "roles": frozenset(), "created_at": NOW, "given_name": "Person",
        "family_name": f"Number{at}", "locale": "fr",
    }  # fmt: skip


def _group(group: int, at: int) -> dict[str, Any]:
    visible = at % 3 == 0
    return {
        "id": group, "slug": f"group-{at}", "name": f"Group {at}", "audience": "everyone", "created_at": NOW,
        "visibility": "open" if visible else "closed", "member_count": 40,
        "posts_audience": "everyone" if visible else f"group:{group}",
    }  # fmt: skip


def _post(
    rng: random.Random, people: list[int], place: tuple[int | None, str], at: datetime
) -> dict[str, Any]:
    body = text(rng, 45)
    return {
        "id": new_id(), "kind": rng.choice(("message", "message", "question")), "tags": [], "data": {},
        "author_id": rng.choice(people), "group_id": place[0], "audience": place[1], "at": at, "version": 1,
        "title": text(rng, 6).capitalize() if rng.random() < 0.3 else None, "body": body,
        "body_html": f"<p>{body}</p>", "active_at": at, "comment_count": rng.randrange(9),
        "reactions": {"thanks": rng.randrange(1, 9)} if rng.random() < 0.6 else {},
    }  # fmt: skip


def _comment(rng: random.Random, people: list[int], post: dict[str, Any]) -> dict[str, Any]:
    body = text(rng, 20)
    return {
        "id": new_id(), "post_id": post["id"], "author_id": rng.choice(people), "body": body, "reactions": {},
        "body_html": f"<p>{body}</p>", "at": post["at"] + timedelta(minutes=5), "version": 1,
    }  # fmt: skip


def _readers(session: Any, people: list[int], groups: list[int]) -> dict[str, int]:
    readers = {
        "5 groups": groups[:5],
        "300 groups": groups[:300],
        "40 silent groups": groups[-SILENT:],
        "guest": groups[1:9:3],
    }
    rows = [
        {"group_id": group, "person_id": person, "role": "member", "state": "active", "at": NOW}
        for person, own in zip(people, readers.values(), strict=False)
        for group in own
    ]
    session.execute(insert(Membership), rows)
    return dict(zip(readers, people, strict=False))


def cookies(readers: dict[str, int]) -> dict[str, dict[str, str]]:
    """Sign the readers in."""
    session, name = db.begin_write(), sessions.cookie_name(secure=False)
    found = {
        reader: {"Cookie": f"{name}={sessions.begin(session, person)}"} for reader, person in readers.items()
    }
    db.commit()
    return found


@contextmanager
def application(posts: int) -> Iterator[tuple[Any, dict[str, dict[str, str]]]]:
    """An application on a fresh database of so many posts, and the cookie of each reader."""
    folder = Path(tempfile.mkdtemp(prefix="rse-bench-"))
    try:
        app = create_app({"secret_key": SECRET, "data_dir": folder, "rate_limits": False})
        with app.app_context():
            Base.metadata.create_all(db.db.engine)
            readers = fill(db.begin_write(), posts)
            db.commit()
            yield app, cookies(readers)
            db.db.session.remove()
            db.db.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def queries(app: Any, ask: Callable[[], Any]) -> int:
    """How many statements a request sends."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.db.engine, "before_cursor_execute", note)
    return len(seen)


def per_second(
    ask: Callable[[], Any], seconds: float = 1.2, before: Callable[[], None] | None = None
) -> float:
    """Requests a second of CPU of this process: the median of some rounds, so that other work counts less."""
    rates = []
    for _round in range(ROUNDS):
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds / ROUNDS * 2:
            if before:
                before()
            ask()
            done += 1
        rates.append(done / (time.process_time() - start))
    return statistics.median(rates)


def forget() -> None:
    """Forget every rendered card."""
    cards.cache.clear()
    documents.cache.clear()


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure at each size."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        with application(size) as (app, signed):
            rows += _measure(app, signed, size)
    return rows


class Reader:
    """Asks the application as one of the readers, without a network and without a test client's own cost."""

    def __init__(self, app: Any, cookie: dict[str, str]) -> None:
        self.app, self.cookie = app, cookie

    def get(self, path: str) -> bytes:
        """The body of an answer, which must be 200."""
        said: list[str] = []

        def start(status: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
            said.append(status)
            return said.append

        environ = EnvironBuilder(path, headers=self.cookie).get_environ() if path not in ENVIRONS else None
        if environ is not None:
            ENVIRONS[path] = environ
        environ = {**ENVIRONS[path], "HTTP_COOKIE": self.cookie["Cookie"]}
        answer = self.app(environ, start)
        body = b"".join(answer)
        answer.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{path}: {said[0]}")
        return body


ENVIRONS: dict[str, dict[str, Any]] = {}


def deep(reader: Reader, size: int) -> str:
    """A position far down the feed."""
    path, last = "/api/v1/feed?limit=100", ""
    for _page in range(min(size // 250, 40)):
        cursor = json.loads(reader.get(f"{path}&cursor={last}" if last else path))["next_cursor"]
        if not cursor:
            break
        last = cursor
    return last


def _measure(app: Any, signed: dict[str, dict[str, str]], size: int) -> Iterator[dict[str, Any]]:
    readers = {name: Reader(app, cookie) for name, cookie in signed.items()}
    usual = readers["5 groups"]
    asked = [(name, reader, "/") for name, reader in readers.items()]
    asked.append(("deep cursor", usual, f"/?cursor={deep(usual, size)}"))

    def row(what: str, value: float, unit: str, target: str) -> dict[str, Any]:
        return {"what": what, "size": size, "value": value, "unit": unit, "target": target}

    for name, reader, path in asked:
        ask = partial(reader.get, path)
        ask()
        forget()
        yield row(f"home feed, {name}: queries, cold", queries(app, ask), "", "<= 12")
        yield row(f"home feed, {name}: pages a second, warm", per_second(ask), "/s", ">= 250")
    home, feed = partial(usual.get, "/"), partial(usual.get, "/api/v1/feed")
    yield row("home feed, 5 groups: pages a second, cold", per_second(home, before=forget), "/s", ">= 130")
    yield row("JSON feed, 5 groups: requests a second", per_second(feed), "/s", ">= 350")
