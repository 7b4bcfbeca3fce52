"""Reads of questions: those that wait, how many ask the same, who was asked and who may be."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core import clock, text
from rse.core.audience import EVERYONE, Viewer, readable, readable_people
from rse.feed.models import Post
from rse.groups.models import Group, Membership
from rse.people import absence
from rse.people.models import Profile
from rse.questions.models import AlsoMine, Asked, Unavailable
from rse.questions.policy import AT_ONCE, PER_WEEK, WEEK

TITLE, EXCERPT = 110, 220


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question in the queue."""

    id: int
    title: str
    excerpt: str
    at: datetime
    author: Card
    group: tuple[str, str] | None  # slug and name
    comments: int
    tags: Sequence[str]
    also: int = 0
    mine: bool = False


def _after(position: tuple[datetime, int]) -> ColumnElement[bool]:
    at, number = position
    return and_(Post.at >= at, or_(Post.at > at, Post.id > number))


def waiting(
    session: Session,
    viewer: Viewer,
    *,
    unanswered: bool = True,
    after: tuple[datetime, int] | None = None,
    limit: int = 20,
) -> list[Waiting]:
    """Give `limit + 1` questions without an accepted answer, oldest first; `unanswered`: nor any comment."""
    query: Any = (
        select(
            *COLUMNS, Post.id, Post.title, Post.body_html, Post.at, Post.comment_count, Post.tags,
            Group.slug, Group.name,
        )
        .join(Post, Post.author_id == Person.id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Post.kind == "question", Post.answer_id.is_(None), Post.deleted_at.is_(None))
        .where(Group.archived_at.is_(None), readable(Post.audience, viewer))
    )  # fmt: skip
    if unanswered:
        query = query.where(Post.comment_count == 0)
    if after is not None:
        query = query.where(_after(after))
    rows = session.execute(query.order_by(Post.at, Post.id).limit(limit + 1)).all()
    start = len(COLUMNS)
    counts = also(session, viewer, [row[start] for row in rows])
    found = []
    for row in rows:
        number, title, html, at, comments, tags, slug, name = row[start:]
        said = text.plain(html)
        place = (slug, name) if slug else None
        number_also, mine = counts.get(number, (0, False))
        found.append(
            Waiting(
                number, title or text.excerpt(said, TITLE), text.excerpt(said, EXCERPT) if title else "", at,
                card_of(row), place, comments, tags, number_also, mine,
            )
        )  # fmt: skip
    return found


def also(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """Give how many others ask each of these questions too, and whether the viewer does; one query."""
    if not ids:
        return {}
    mine = func.sum(case((AlsoMine.person_id == viewer.id, 1), else_=0))
    query = select(AlsoMine.post_id, func.count(), mine).where(AlsoMine.post_id.in_(ids))
    rows = session.execute(query.group_by(AlsoMine.post_id))
    return {row[0]: (row[1], bool(row[2])) for row in rows}


def asked(session: Session, post_ids: Collection[int]) -> dict[int, list[Card]]:
    """Give who was asked by name, by question; the first one first."""
    query = select(*COLUMNS, Asked.post_id).join(Asked, Asked.person_id == Person.id)
    query = query.where(Asked.post_id.in_(post_ids), Person.status == "active")
    found: dict[int, list[Card]] = {}
    for row in session.execute(query.order_by(Asked.at, Person.id)):
        found.setdefault(row.post_id, []).append(card_of(row))
    return found


def available(session: Session, person_id: int) -> bool:
    """Tell whether somebody may be suggested."""
    return session.get(Unavailable, person_id) is None


def standing(session: Session, ids: Iterable[int]) -> dict[int, tuple[bool, int]]:
    """Tell of these people who is not available, and how often each was asked by name in seven days."""
    people = list(ids)
    lately = select(Asked.person_id, literal(0).label("rests")).where(
        Asked.person_id.in_(people), Asked.at >= clock.now() - WEEK
    )
    rests = select(Unavailable.person_id, literal(1)).where(Unavailable.person_id.in_(people))
    gone = select(Profile.person_id, literal(1)).where(
        Profile.person_id.in_(people), absence.is_away(absence.today())
    )
    found: dict[int, tuple[bool, int]] = {}
    for person_id, resting in session.execute(union_all(lately, rests, gone)):
        before, times = found.get(person_id, (False, 0))
        found[person_id] = (before or bool(resting), times + (not resting))
    return found


def askable(
    session: Session, viewer: Viewer, audience: str, ids: Iterable[int], *, post_id: int | None = None
) -> list[int]:
    """Give those of these people, in their order, who may be asked by name to look at what has an audience.

    They read it, the viewer may know them, they have not said that they are not available, were not asked
    too often in seven days, nor for this question already. One query.
    """
    wanted = [number for number in dict.fromkeys(ids) if number != viewer.id]
    if not wanted:
        return []
    lately = select(Asked.person_id).where(Asked.person_id.in_(wanted), Asked.at >= clock.now() - WEEK)
    tired = lately.group_by(Asked.person_id).having(func.count() >= PER_WEEK)
    query = select(Person.id).where(
        Person.id.in_(wanted), Person.status == "active", Person.kind != "service", _reads(audience),
        readable_people(Person.audience, Person.id, viewer), Person.id.not_in(tired),
        Person.id.not_in(select(Unavailable.person_id)),
        Person.id.not_in(select(Profile.person_id).where(absence.is_away(absence.today()))),
    )  # fmt: skip
    if post_id is not None:
        query = query.where(Person.id.not_in(select(Asked.person_id).where(Asked.post_id == post_id)))
    free = set(session.scalars(query))
    return [number for number in wanted if number in free]


def _reads(audience: str) -> ColumnElement[bool]:
    """Give the criterion of the people who read what has an audience."""
    if audience == EVERYONE:
        return Person.kind == "employee"
    kind, _colon, number = audience.partition(":")
    inside = select(Membership.person_id).where(Membership.state == "active")
    return Person.id.in_(inside.where(Membership.group_id == (int(number) if kind == "group" else -1)))


def left(session: Session, post_id: int) -> int:
    """Count how many more people may be asked by name to look at a question."""
    held = session.scalar(select(func.count()).select_from(Asked).where(Asked.post_id == post_id)) or 0
    return max(0, AT_ONCE - held)
