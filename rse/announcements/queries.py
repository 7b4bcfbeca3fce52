"""Reads of announcements: those of a page in one query, those on top, who has acknowledged one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.announcements.models import Acknowledgement, Announcement
from rse.core.audience import Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Post

ON_TOP = 5
LISTED = 500


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


def acknowledged(session: Session, post_id: int) -> list[tuple[Card, datetime]]:
    """Give who has acknowledged, by name, with when: for the sender."""
    query = select(*COLUMNS, Acknowledgement.at.label("when")).join(
        Acknowledgement, Acknowledgement.person_id == Person.id
    )
    query = query.where(Acknowledgement.post_id == post_id).order_by(Person.sort_name, Person.id)
    return [(card_of(row), row.when) for row in session.execute(query.limit(LISTED))]
