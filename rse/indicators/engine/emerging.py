"""The weak signals of the company itself: new subjects in what everybody may read, for somebody to check."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import company
from rse.core.audience import EVERYONE
from rse.feed.models import Comment, Post
from rse.indicators.engine.signals import (
    Contribution,
    Detection,
    Params,
    Signal,
    Spans,
    detect,
    read,
    spans,
    strict,
)
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.tokens import folded, key
from rse.indicators.engine.windows import Calendar

MOST = 5  # signals of a week
THREADS = 5  # told behind a signal
LARGEST = 60_000  # contributions that are read; of more, threads are drawn by chance and kept whole
LONGEST = 200  # characters of a term
AT_ONCE = 5000
BLOCKED, STRICT = "signals_blocked", "signals_strict"  # settings of the company
HERE = Path(__file__)


@dataclass(frozen=True)
class Blocked:
    """Words that never become a signal: whole keys, beginnings, and several words in a row."""

    keys: frozenset[str]
    beginnings: tuple[str, ...]
    phrases: frozenset[str]

    def stops(self, term: str) -> bool:
        """Tell whether a term may not be told."""
        words = term.split(" ")
        if term in self.phrases or any(word in self.keys for word in words):
            return True
        parts = [part for word in words for part in (word, *word.split("-"))]
        return any(part.startswith(self.beginnings) for part in parts) if self.beginnings else False


def blocked(words: Collection[str]) -> Blocked:
    """Make a block-list of words; one that ends in * stops all that begins so."""
    plain = [folded(word).strip() for word in words]
    plain = [word for word in plain if word and not word.startswith("#")]
    return Blocked(
        frozenset(key(word) for word in plain if " " not in word and not word.endswith("*")),
        tuple(sorted(word[:-1] for word in plain if word.endswith("*") and len(word) > 1)),
        frozenset(" ".join(map(key, word.split())) for word in plain if " " in word),
    )


@cache
def sensitive() -> tuple[str, ...]:
    """Give the product's own block-list: health, unions, religion, politics, sexual life, origin."""
    return tuple(HERE.with_name("sensitive.txt").read_text(encoding="utf-8").splitlines())


@cache
def _stop_words() -> frozenset[str]:
    words = HERE.with_name("stopwords.txt").read_text(encoding="utf-8").split()
    return frozenset(folded(word) for word in words)


def _names(session: Session) -> set[str]:
    """Give every name and login of the directory, folded: no signal is a person."""
    found: set[str] = set()
    for row in session.execute(select(Person.given_name, Person.family_name, Person.uid)):
        for name in row:
            plain = folded(name or "")
            found.update((plain, *plain.replace("-", " ").split()))
    return found - {""}


def find(
    session: Session, people: Staff, calendar: Calendar, sunday: date, floor: int
) -> list[dict[str, Any]]:
    """Give at most five signals of a Sunday as rows that wait for a decision; the strict ones are marked.

    What is deleted is left out, whenever it was deleted: these rows are for people to look at.
    """
    when, params = spans(calendar, sunday), Params(floor)
    dropped = _stop_words() | _names(session)
    seen = read(_contributions(session, people, calendar, when), when, dropped)
    found = detect(seen, params)
    stop = blocked((*sensitive(), *company.get(session, BLOCKED, ())))
    told = [s for s in found.emerging if len(s.term.term) <= LONGEST and not stop.stops(s.term.term)][:MOST]
    if not told:
        return []
    limit = strict(seen, params, sunday.toordinal())
    return [_row(sunday, place, signal, found, limit) for place, signal in enumerate(told)]


def _row(sunday: date, place: int, signal: Signal, found: Detection, limit: float) -> dict[str, Any]:
    term = signal.term
    return {
        "day": sunday,
        "term": term.term,
        "label": found.surfaces.get(term.term, term.term)[:LONGEST],
        "place": place,
        "strict": term.p < limit,
        "roots": sorted({int(root) for _author, root in term.pairs}),
        "state": "waiting",
    }


def _contributions(
    session: Session, people: Staff, calendar: Calendar, when: Spans
) -> Iterator[Contribution]:
    """Give the counted contributions of the fortnight and the baseline that everybody may read."""
    drawn = _drawn(session, when)
    for row in _rows(session, when, drawn):
        day = calendar.local_day(row.at)
        if people.employed(row.author_id, day):
            team = people.team(row.author_id, day)
            text = f"{row.title}\n{row.body}" if row.title else row.body
            where = "-" if team is None else str(team)
            yield Contribution(row.at, str(row.author_id), where, str(row.root), text)


def _rows(session: Session, when: Spans, drawn: Sequence[ColumnElement[bool]]) -> Iterator[Any]:
    public = (Post.audience == EVERYONE, Post.deleted_at.is_(None), *drawn)
    posts = select(Post.author_id, Post.at, Post.title, Post.body, Post.id.label("root")).where(
        Post.at >= when.baseline, Post.at < when.end, *public
    )
    none = literal("").label("title")
    comments = select(Comment.author_id, Comment.at, none, Comment.body, Comment.post_id.label("root"))
    comments = comments.join(Post, Post.id == Comment.post_id).where(
        Comment.at >= when.baseline, Comment.at < when.end, Comment.deleted_at.is_(None), *public
    )
    for query in (posts, comments):
        yield from session.execute(query.execution_options(yield_per=AT_ONCE))


def _drawn(session: Session, when: Spans) -> Sequence[ColumnElement[bool]]:
    """Give the criterion that draws whole threads by chance where there is too much to read."""
    inside = (Comment.at >= when.baseline, Comment.at < when.end)
    many = session.scalar(select(func.count()).select_from(Comment).where(*inside)) or 0
    parts = -(-many // LARGEST)
    return (Post.id % parts == 0,) if parts > 1 else ()
