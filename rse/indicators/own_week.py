"""A person's own week, made when they look, from what they wrote and received. No one else has a way to it.

Nothing of it is stored, counted or published; it reads no roll-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import Card, cards
from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer, readable
from rse.core.model import encode_id
from rse.core.text import excerpt
from rse.feed import week
from rse.feed.models import Acceptance, Comment, Post, Reaction
from rse.people.models import Profile
from rse.recognition.models import Recipient

DAYS = timedelta(days=7)
SHOWN = 8
LATELY = timedelta(days=90)
HERE, THEIRS = aliased(Profile), aliased(Profile)
TITLE = 100  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """Something of the week with its thread; `people` are those whom it concerns."""

    title: str
    href: str
    at: datetime
    people: Sequence[Card] = ()


@dataclass(frozen=True)
class OwnWeek:
    """The viewer's last seven days."""

    posts: int
    comments: int
    accepted: int
    written: Sequence[Line]
    thanks: Sequence[Card]
    helped: Sequence[Line]
    unaccepted: Sequence[Line]
    questions: Sequence[week.Waiting]

    @property
    def waits(self) -> bool:
        """Tell whether anything waits."""
        return bool(self.unaccepted or self.questions)


def own_week(session: Session, viewer: Viewer) -> OwnWeek:
    """Give the viewer's own week."""
    since = clock.now() - DAYS
    mine = (Post.author_id == viewer.id, Post.at >= since, Post.deleted_at.is_(None))
    said = (Comment.author_id == viewer.id, Comment.at >= since, Comment.deleted_at.is_(None))
    taken = (
        select(func.count())
        .select_from(Acceptance)
        .join(Comment, Comment.id == Acceptance.comment_id)
        .where(Comment.author_id == viewer.id, Acceptance.at >= since, Comment.deleted_at.is_(None))
    )
    return OwnWeek(
        posts=session.scalar(select(func.count()).select_from(Post).where(*mine)) or 0,
        comments=session.scalar(select(func.count()).select_from(Comment).where(*said)) or 0,
        accepted=session.scalar(taken) or 0,
        written=_written(session, viewer, since),
        thanks=_thanks(session, viewer, since),
        helped=_helped(session, viewer, since),
        unaccepted=_unaccepted(session, viewer),
        questions=week.waiting(session, viewer),
    )


def _line(id_: int, title: str | None, body: str, at: datetime, people: Sequence[Card] = ()) -> Line:
    return Line(excerpt(title or body, TITLE), f"/posts/{encode_id(id_)}", at, people)


def _written(session: Session, viewer: Viewer, since: datetime) -> list[Line]:
    """Give the threads in which the viewer wrote, the latest first."""
    own = select(Post.id, Post.at).where(Post.author_id == viewer.id, Post.at >= since)
    said = select(Comment.post_id, Comment.at).where(
        Comment.author_id == viewer.id, Comment.at >= since, Comment.deleted_at.is_(None)
    )
    wrote = union_all(own, said).subquery("wrote")
    latest = select(wrote.c.id, func.max(wrote.c.at).label("at")).group_by(wrote.c.id).subquery("latest")
    query = select(Post.id, Post.title, Post.body, latest.c.at).join(latest, latest.c.id == Post.id)
    query = query.where(readable(Post.audience, viewer), Post.deleted_at.is_(None))
    rows = session.execute(query.order_by(latest.c.at.desc()).limit(SHOWN))
    return [_line(row.id, row.title, row.body, row.at) for row in rows]


def _thanks(session: Session, viewer: Viewer, since: datetime) -> list[Card]:
    """Give who said thanks for something of the viewer, by a reaction or in a post of their own."""

    def for_mine(kind: str, table: type[Post | Comment]) -> Any:
        return (
            select(Reaction.person_id.label("id"), Reaction.at)
            .join(table, table.id == Reaction.object_id)
            .where(Reaction.kind == kind, Reaction.name == "thanks", Reaction.at >= since)
            .where(table.author_id == viewer.id, table.at >= since - LATELY, table.deleted_at.is_(None))
            .where(Reaction.person_id != viewer.id)
        )

    kudos = (
        select(Post.author_id.label("id"), Post.at)
        .join(Recipient, Recipient.post_id == Post.id)
        .where(Recipient.person_id == viewer.id, Post.at >= since, Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer), Post.author_id != viewer.id)
    )
    said = union_all(for_mine("post", Post), for_mine("comment", Comment), kudos).subquery("said")
    query = select(said.c.id).group_by(said.c.id).order_by(func.max(said.c.at).desc()).limit(SHOWN)
    ids = list(session.scalars(query))
    known = cards(session, ids)
    return [known[one] for one in ids if one in known]


def _helped(session: Session, viewer: Viewer, since: datetime) -> list[Line]:
    """Give posts of colleagues in other departments under which the viewer wrote, once each."""
    here, theirs = HERE, THEIRS
    query = (
        select(Post.id, Post.title, Post.body, Post.author_id, func.max(Comment.at).label("at"))
        .join(Comment, Comment.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(theirs, theirs.person_id == Post.author_id)
        .outerjoin(here, here.person_id == viewer.id)
        .where(Comment.author_id == viewer.id, Comment.at >= since, Comment.deleted_at.is_(None))
        .where(Post.author_id != viewer.id, Post.deleted_at.is_(None), readable(Post.audience, viewer))
        .where(Person.kind == "employee")
        .where(or_(here.department_id.is_(None), theirs.department_id != here.department_id))
        .group_by(Post.id, Post.title, Post.body, Post.author_id)
    )
    rows = session.execute(query.order_by(func.max(Comment.at).desc()).limit(SHOWN)).all()
    known = cards(session, [row.author_id for row in rows])
    return [
        _line(row.id, row.title, row.body, row.at, [known[row.author_id]] if row.author_id in known else [])
        for row in rows
    ]


def _unaccepted(session: Session, viewer: Viewer) -> list[Line]:
    """Give the viewer's own questions that have answers and none that was accepted, the oldest first."""
    query = (
        select(Post.id, Post.title, Post.body, Post.at)
        .where(Post.author_id == viewer.id, Post.kind == "question", Post.answer_id.is_(None))
        .where(Post.comment_count > 0, Post.deleted_at.is_(None), Post.at >= clock.now() - LATELY)
        .where(readable(Post.audience, viewer))
    )
    return [_line(r.id, r.title, r.body, r.at) for r in session.execute(query.order_by(Post.at).limit(3))]
