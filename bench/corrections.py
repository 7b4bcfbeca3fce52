"""The past changed many times over, on the product's tables: the roll-ups still equal the raw log.

1,000 late events, 1,000 deletions, 100 erasures and 500 changes of team after a nightly roll-up; the next
one is compared, row by row, with one that counts everything from nothing. The short form is a test:
tests/indicators/test_corrected_tables.py.
"""

import random
import time
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, db
from rse.core.model import new_id
from rse.core.web import registry
from rse.feed import events as happened
from rse.feed.models import Comment, Mention, Post, Reaction
from rse.indicators import running
from rse.indicators.engine import company
from rse.indicators.engine.models import KEEP_DAYS, Act, Horizon, Pair, Thread, ThreadTag
from rse.indicators.engine.rollup import Rollup
from rse.indicators.events import PersonErased
from rse.people import departments
from rse.people.models import Department
from rse.privacy import service as privacy

LATE, DELETED, ERASED, MOVED = 1_000, 1_000, 100, 500
BACK = 89  # days


class Changes:
    """Changes of the past, as the product makes them, with the events that it tells of them."""

    def __init__(self, session: Session, last: date, seed: int = 7) -> None:
        self.session, self.rng, self.last = session, random.Random(seed), last
        since = self.at(BACK)
        posts = select(Post.id, Post.author_id, Post.at).where(Post.at >= since, Post.deleted_at.is_(None))
        self.posts: list[Any] = list(
            session.execute(posts.order_by(func.abs(Post.id % 9973)).limit(4 * LATE))
        )
        people = select(Person.id).where(Person.kind == "employee", Person.status == "active")
        self.people = list(session.scalars(people.order_by(Person.id)))
        self.told: list[Any] = []
        self.gone: list[PersonErased] = []

    def at(self, days: int) -> datetime:
        """Give a moment of a day before the last one."""
        return running.calendar().start(self.last - timedelta(days=days)) + timedelta(hours=10)

    def late(self) -> None:
        """Add a post, a comment, a reaction or a mention that happened weeks ago."""
        kind = self.rng.choice(["post", "comment", "comment", "reaction", "mention"])
        who, post = self.rng.choice(self.people), self.rng.choice(self.posts)
        at = min(
            self.at(self.rng.randrange(BACK)) if kind == "post" else post.at + timedelta(hours=30), self.at(0)
        )
        row = {"at": at, "body": "late", "body_html": "", "reactions": {}, "version": 1}
        if kind == "post":
            more = {
                "kind": "question",
                "audience": "everyone",
                "tags": [],
                "active_at": at,
                "comment_count": 0,
            }
            more |= {"data": {}, "historical": False, "demo": False, "id": new_id(), "author_id": who}
            self.session.execute(insert(Post).values(row | more))
            self.told.append(happened.PostPublished(more["id"], who, "everyone", None, at))
        elif kind == "comment":
            more = {"id": new_id(), "author_id": who, "post_id": post.id}
            self.session.execute(insert(Comment).values(row | more))
            self.told.append(happened.CommentAdded(post.id, more["id"], who, at))
        else:
            self._mark(kind, who, post, at)

    def _mark(self, kind: str, who: int, post: Any, at: datetime) -> None:
        model: Any = Reaction if kind == "reaction" else Mention
        here = {"kind": "post", "object_id": post.id, "person_id": who}
        held = select(model.at).where(*(getattr(model, key) == value for key, value in here.items()))
        if self.session.scalar(held) is None:
            more = {"name": "thanks"} if kind == "reaction" else {"post_id": post.id}
            self.session.execute(insert(model).values(here | more | {"at": at}))
            told = happened.Reacted if kind == "reaction" else None
            self.told.append(
                told(post.id, "post", post.id, at) if told else happened.PostChanged(post.id, post.at)
            )

    def delete(self, at: datetime) -> None:
        """Delete a post, or one of its comments."""
        post = self.rng.choice(self.posts)
        comment = self.session.execute(
            select(Comment.id, Comment.at)
            .where(Comment.post_id == post.id, Comment.deleted_at.is_(None))
            .limit(1)
        ).first()
        if comment is not None and self.rng.random() < 0.5:
            self.session.execute(update(Comment).where(Comment.id == comment.id).values(deleted_at=at))
            self.told.append(happened.CommentChanged(post.id, comment.id, comment.at))
        else:
            self.posts.remove(post)
            self.session.execute(update(Post).where(Post.id == post.id).values(deleted_at=at))
            self.told.append(happened.PostDeleted(post.id, post.at))

    def move(self, day: date) -> None:
        """Let somebody belong to another department from a day on."""
        teams = self.session.scalars(select(Department.id).order_by(Department.id).limit(200)).all()
        departments.place(self.session, self.rng.choice(self.people), self.rng.choice(teams), day)

    def erase(self) -> None:
        """Erase somebody, as the page of data protection does."""
        person = self.session.get(Person, self.people.pop(self.rng.randrange(len(self.people))))
        if person is not None:
            privacy.erase(self.session, person, registry().all("exports"), actor_id=None)
            self.gone.append(PersonErased(person.id))


def measure(last: date) -> dict[str, Any]:
    """Change the past, count again, compare. `last` is the last day counted. Returns seconds by part."""
    seconds: dict[str, float] = {}
    session = db.begin_write()
    changes = Changes(session, last)
    for name, many, change in (
        ("late", LATE, changes.late),
        ("deleted", DELETED, lambda: changes.delete(changes.at(0))),
        ("moved", MOVED, lambda: changes.move(last + timedelta(days=1))),
        ("erased", ERASED, changes.erase),
    ):
        began = time.perf_counter()
        for _ in range(many):
            change()
        seconds[name] = time.perf_counter() - began
    running.heed(session, changes.told)  # as the worker does with what the outbox holds
    running.forget(session, changes.gone)
    db.commit()
    until = min(last + timedelta(days=6), clock.today(running.settings().timezone) - timedelta(days=1))
    began = time.perf_counter()
    running.rollup(until)
    seconds["rolled up"] = time.perf_counter() - began
    return {"seconds": seconds, "equal": _content() == _afresh(until)}


def _content() -> dict[str, tuple[int, str]]:
    """Give the number of rows of each roll-up, and a digest of them in their order."""
    found = {}
    for model in (Act, Pair, Thread, ThreadTag):
        digest, many = sha256(), 0
        query = select(*model.__table__.c).order_by(*model.__table__.primary_key)
        for row in db.db.session().execute(query.execution_options(yield_per=10_000)):
            digest.update(repr(tuple(row)).encode())
            many += 1
        found[model.__tablename__] = (many, digest.hexdigest())
    return found


def _afresh(until: date) -> dict[str, tuple[int, str]]:
    """Count the whole log from nothing, and leave no trace of it."""
    session = db.begin_write()
    session.execute(delete(Horizon))
    source = company.Features(session, running.activities())
    Rollup(
        session, source, company.staff(session), running.calendar(), unit=nullcontext, keep_days=KEEP_DAYS
    ).advance(until)
    found = _content()
    db.rollback()
    return found
