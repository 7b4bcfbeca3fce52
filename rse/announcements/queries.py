"""Reads of announcements: those of a page in one query, those on top, who has acknowledged one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, null, select, tuple_
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.announcements.models import Acknowledgement, Announcement
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Post
from rse.groups.models import Membership

ON_TOP = 5
LISTED = 100  # people on a page

Place = tuple[str, int]  # in the order of names
Listed = tuple[list[tuple[Card, datetime | None]], Place | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """An announcement as one viewer stands to it; `count` is for its sender."""

    one: Announcement
    author_id: int
    mine: datetime | None
    count: int


def announcements(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Seen]:
    """Give the announcements of posts that the viewer may read."""
    number = (
        select(func.count())
        .where(Acknowledgement.post_id == Announcement.post_id)
        .correlate(Announcement)
        .scalar_subquery()
    )
    own = and_(Acknowledgement.post_id == Announcement.post_id, Acknowledgement.person_id == viewer.id)
    query = (
        select(Announcement, Post.author_id, Acknowledgement.at, number)
        .join(Post, Post.id == Announcement.post_id)
        .outerjoin(Acknowledgement, own)
        .where(Announcement.post_id.in_(ids))
    )
    return {row[0].post_id: Seen(*row) for row in session.execute(query)}


def announcement(session: Session, post_id: int) -> Announcement:
    """Give the announcement of a post that the caller has found for the viewer. Raises NotFound."""
    found = session.get(Announcement, post_id)
    if found is None:
        raise NotFound
    return found


def on_top(session: Session, viewer: Viewer, today: date, group_id: int | None) -> list[Post]:
    """Give the announcements that are kept on top of a group, or of the company (None)."""
    query = (
        select(Post)
        .join(Announcement, Announcement.post_id == Post.id)
        .where(Announcement.pinned_until >= today, Post.group_id == group_id)
        .where(Post.deleted_at.is_(None), readable(Post.audience, viewer))
    )
    return list(session.scalars(query.order_by(Post.at.desc(), Post.id.desc()).limit(ON_TOP)))


def acknowledged(session: Session, post: Post, after: Place | None = None) -> Listed:
    """Give who has acknowledged, by name, with when: for the sender, a page at a time."""
    query = select(*COLUMNS, Person.sort_name, Acknowledgement.at.label("when"))
    query = query.join(Acknowledgement, Acknowledgement.person_id == Person.id)
    return _page(session, query.where(Acknowledgement.post_id == post.id), after)


def waited_for(session: Session, post: Post, after: Place | None = None) -> Listed:
    """Give who reads it and has not acknowledged, by name: for the sender, a page at a time."""
    return _page(session, _waiting(post), after)


def waiting(session: Session, post: Post) -> int:
    """Count those who read it and have not acknowledged."""
    return session.scalar(select(func.count()).select_from(_waiting(post).subquery())) or 0


def _waiting(post: Post) -> Any:
    done = select(Acknowledgement.person_id).where(Acknowledgement.post_id == post.id)
    query = select(*COLUMNS, Person.sort_name, null().label("when")).where(Person.status == "active")
    query = query.where(Person.id != post.author_id, Person.id.not_in(done))
    if post.audience == EVERYONE:
        query = query.where(Person.kind == "employee")
    else:
        inside = (Membership.group_id == post.group_id, Membership.state == "active")
        query = query.join(Membership, Membership.person_id == Person.id).where(*inside)
    return query


def _page(session: Session, query: Any, after: Place | None) -> Listed:
    if after:
        query = query.where(tuple_(Person.sort_name, Person.id) > tuple_(*after))
    rows = session.execute(query.order_by(Person.sort_name, Person.id).limit(LISTED + 1)).all()
    more = (rows[LISTED - 1].sort_name, rows[LISTED - 1].id) if len(rows) > LISTED else None
    return [(card_of(row), row.when) for row in rows[:LISTED]], more
