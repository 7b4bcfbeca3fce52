"""A synthetic company with 180 days of events, on the product's tables, for the indicators' benchmark."""

import os
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, create_engine, insert

from bench import large
from rse.accounts.models import Person
from rse.core import clock, db
from rse.core.model import new_id
from rse.feed.models import Acceptance, Comment, Mention, Post, Reaction
from rse.indicators.models import Visit
from rse.people.models import Department, DepartmentMembership, Profile

DAYS = int(os.environ.get("RSE_BENCH_DAYS", "180"))  # of history
EVENTS, SPAN = 100, 180  # events of a person in so many days
TEAM = 33  # people of a department: 3,000 departments of 100,000 people
SHARES = {"visit": 0.60, "post": 0.04, "comment": 0.12, "reaction": 0.21, "mention": 0.02, "accept": 0.01}
PART = 20_000  # rows written together
WORDS = [
    "machine",
    "planning",
    "livraison",
    "outil",
    "palette",
    "horaire",
    "écran",
    "réunion",
    "devis",
    "client",
    "pièce",
    "qualité",
]
KINDS = ("question", "message", "message", "idea")


class Company:
    """People, departments and events, made anew from a seed; times end with the last complete Sunday."""

    def __init__(self, people: int, seed: int = 1) -> None:
        self.rng, self.size = random.Random(seed), people
        today = clock.today("Europe/Paris")
        self.last = today - timedelta(days=1 + today.weekday())  # a Sunday
        self.days = [self.last - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
        self.people = [new_id() for _ in range(people)]
        self.threads: list[tuple[int, int]] = []  # (post, author), the newest last
        self.accepted: set[int] = set()
        self.once: set[tuple[str, int, int]] = set()  # who reacted to what
        self.next = 1 << 40

    def id(self) -> int:
        """Give the next id of a content."""
        self.next += 1
        return self.next

    def one(self) -> int:
        """Draw a person: few do much, as in real companies."""
        return self.people[int(self.size * self.rng.random() ** 2.5)]

    def departments(self) -> Iterator[dict[str, Any]]:
        """Give a tree: one root, divisions of about 30 teams, teams of 33 people."""
        teams = max(2, self.size // TEAM)
        tops = max(1, teams // 30)
        self.root = new_id()
        yield {"id": self.root, "parent_id": None, "name": "Company", "path": "Company"}
        above = [new_id() for _ in range(tops)]
        for n, top in enumerate(above):
            yield {"id": top, "parent_id": self.root, "name": f"D{n}", "path": f"Company / D{n}"}
        self.teams = [new_id() for _ in range(teams)]
        for n, team in enumerate(self.teams):
            path = f"Company / D{n % tops} / T{n}"
            yield {"id": team, "parent_id": above[n % tops], "name": f"T{n}", "path": path}

    def persons(self) -> Iterator[dict[str, Any]]:
        """Give accounts."""
        at = datetime(2020, 1, 1, tzinfo=UTC)
        for n, person in enumerate(self.people):
            yield {
                "id": person, "uid": f"p{n}", "email": f"p{n}@example.com", "given_name": f"G{n % 997}",
                "family_name": f"F{n}", "display_name": f"G{n % 997} F{n}", "sort_name": f"f{n}",
                "roles": frozenset(), "created_at": at, "kind": "employee", "status": "active",
                "site": f"Site {n % 30}",
            }  # fmt: skip

    def places(self) -> Iterator[dict[str, Any]]:
        """Give who is in which team; a tenth has come in the history."""
        for n, person in enumerate(self.people):
            start = self.rng.choice(self.days) if n % 10 == 0 else self.days[0] - timedelta(days=900)
            yield {"person_id": person, "department_id": self.teams[n % len(self.teams)], "start_date": start}

    def day(self, day: date) -> dict[str, list[dict[str, Any]]]:
        """Give the rows of a day by their table."""
        rng, total = self.rng, self.size * EVENTS // SPAN
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHARES}
        many = {name: int(total * share) for name, share in SHARES.items()}
        for person in rng.sample(self.people, min(self.size, many["visit"])):
            rows["visit"].append({"day": day, "person_id": person})
        for _ in range(many["post"]):
            rows["post"].append(self.post(self.at(day)))
        recent = self.threads[-4 * max(1, many["post"]) :]
        for _ in range(many["comment"]):
            post, _author = rng.choice(recent)
            rows["comment"].append(self.comment(post, self.at(day)))
        for kind in ("reaction", "mention"):
            drawn = self.on_posts(kind, day, many[kind], recent)
            fresh = {(kind, r["object_id"], r["person_id"]): r for r in drawn}
            rows[kind] = [row for key, row in fresh.items() if key not in self.once]
            self.once |= fresh.keys()
        taken = {
            r["post_id"]: r for r in rng.sample(rows["comment"], min(len(rows["comment"]), many["accept"]))
        }
        rows["accept"] = [
            {"post_id": post, "comment_id": r["id"], "person_id": self.one(), "at": r["at"]}
            for post, r in taken.items()
            if post not in self.accepted
        ]
        self.accepted |= taken.keys()
        return rows

    def at(self, day: date) -> datetime:
        """Give a moment of a working day."""
        seconds = 7 * 3600 + self.rng.randrange(10 * 3600)
        return datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=seconds)

    def text(self) -> str:
        """Give some words."""
        return " ".join(self.rng.choices(WORDS, k=8))

    def post(self, at: datetime) -> dict[str, Any]:
        """Give a post that everybody may read."""
        post, author = self.id(), self.one()
        self.threads.append((post, author))
        return {
            "id": post, "kind": self.rng.choice(KINDS), "author_id": author, "audience": "everyone",
            "body": self.text(), "body_html": "", "tags": [], "at": at, "active_at": at,
            "comment_count": int(self.rng.random() < 0.9), "reactions": {}, "data": {}, "historical": False,
            "version": 1, "demo": False,
        }  # fmt: skip

    def comment(self, post: int, at: datetime) -> dict[str, Any]:
        """Give a comment."""
        return {
            "id": self.id(), "post_id": post, "author_id": self.one(), "body": self.text(), "body_html": "",
            "at": at, "reactions": {}, "version": 1,
        }  # fmt: skip

    def on_posts(
        self, kind: str, day: date, many: int, recent: list[tuple[int, int]]
    ) -> Iterator[dict[str, Any]]:
        """Give reactions or mentions."""
        for _ in range(many):
            post, _author = self.rng.choice(recent)
            row = {"kind": "post", "object_id": post, "person_id": self.one(), "at": self.at(day)}
            yield row | ({"name": "thanks"} if kind == "reaction" else {"post_id": post})


def write(connection: Connection, model: Any, rows: Iterable[dict[str, Any]]) -> int:
    """Store rows, by COPY where there is one. Returns how many."""
    todo, count = iter(rows), 0
    while part := list(islice(todo, PART)):
        if connection.dialect.name == "postgresql":
            large.copy(connection, model, part)
        else:
            connection.execute(insert(model), part)
        count += len(part)
    return count


def fill(people: int) -> int:
    """Store a company. Returns the number of events."""
    made, events = Company(people), 0
    tables = {
        "visit": Visit, "post": Post, "comment": Comment, "reaction": Reaction, "mention": Mention,
        "accept": Acceptance,
    }  # fmt: skip
    with create_engine(db.db.engine.url).begin() as connection:
        write(connection, Department, made.departments())
        write(connection, Person, made.persons())
        placed = list(made.places())
        write(connection, Profile, placed)
        members = [{"from_date" if k == "start_date" else k: v for k, v in p.items()} for p in placed]
        write(connection, DepartmentMembership, members)
        for day in made.days:
            for name, rows in made.day(day).items():
                events += write(connection, tables[name], rows)
    return events
