"""Weak signals for everybody: those that a person has published with the threads behind them; the queue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import company
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.model import encode_id
from rse.core.text import excerpt
from rse.feed.models import Post
from rse.groups.models import Group
from rse.indicators.models import Signal

STRICT, BLOCKED = "signals_strict", "signals_blocked"  # settings of the company
THREADS = 5  # shown behind a signal
LEAST = 3  # threads that everybody may still read: with fewer a signal is shown no more
EARLIER = timedelta(days=28)
TITLE = 110  # characters


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread behind a signal, as everybody may read it."""

    id: int
    title: str
    href: str
    at: datetime
    group: str


@dataclass(frozen=True)
class Told:
    """A signal with what stands behind it; `more` threads are not listed."""

    day: date
    term: str
    label: str
    strict: bool
    state: str
    threads: Sequence[Thread]
    more: int


def strict_only(session: Session) -> bool:
    """Tell whether the company wants only what passes the strict test."""
    return bool(company.get(session, STRICT, default=False))


def blocked(session: Session) -> list[str]:
    """Give the words that the company has added to the block-list."""
    return list(company.get(session, BLOCKED, ()))


def published(session: Session, viewer: Viewer, until: date, days: timedelta = EARLIER) -> list[Told]:
    """Give what was published for the weeks up to a Sunday, the newest first; nobody sees what waits."""
    query = select(Signal).where(Signal.state == "published", Signal.day.between(until - days, until))
    return _told(session, viewer, session.scalars(query.order_by(Signal.day.desc(), Signal.place)).all())


def queue(session: Session, viewer: Viewer, until: date) -> list[Told]:
    """Give every signal of the last weeks for who decides; in strict mode only those that pass it."""
    query = select(Signal).where(Signal.day.between(until - EARLIER, until))
    if strict_only(session):
        query = query.where(Signal.strict | (Signal.state != "waiting"))
    return _told(session, viewer, session.scalars(query.order_by(Signal.day.desc(), Signal.place)).all())


def _told(session: Session, viewer: Viewer, rows: Iterable[Signal]) -> list[Told]:
    listed = list(rows)
    known = _threads(session, viewer, {root for row in listed for root in row.roots})
    found = []
    for row in listed:
        behind = sorted(
            (known[root] for root in row.roots if root in known), key=lambda t: t.at, reverse=True
        )
        if len(behind) >= LEAST:
            found.append(
                Told(
                    row.day, row.term, row.label, row.strict, row.state, behind[:THREADS],
                    max(0, len(behind) - THREADS),
                )
            )  # fmt: skip
    return found


def _threads(session: Session, viewer: Viewer, ids: Collection[int]) -> Mapping[int, Thread]:
    """Give those of these threads that everybody in the company may read today."""
    query = (
        select(Post.id, Post.title, Post.body, Post.at, Group.name)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Post.id.in_(ids), Post.audience == EVERYONE, readable(Post.audience, viewer))
        .where(Post.deleted_at.is_(None))
    )
    return {
        row.id: Thread(
            row.id,
            excerpt(row.title or row.body, TITLE),
            f"/posts/{encode_id(row.id)}",
            row.at,
            row.name or "",
        )
        for row in session.execute(query)
    }
