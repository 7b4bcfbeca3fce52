"""Reads of events: those of a page in one query, who comes, and those that begin soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.feed.models import Post
from rse.gatherings.models import Coming, Gathering

LISTED = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as one viewer stands to it."""

    one: Gathering
    mine: str
    coming: int


def gatherings(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Seen]:
    """Give the events of posts that the viewer may read."""
    number = (
        select(func.count())
        .where(Coming.post_id == Gathering.post_id, Coming.answer == "yes")
        .correlate(Gathering)
        .scalar_subquery()
    )
    own = and_(Coming.post_id == Gathering.post_id, Coming.person_id == viewer.id)
    query = select(Gathering, Coming.answer, number).outerjoin(Coming, own)
    rows = session.execute(query.where(Gathering.post_id.in_(ids)))
    return {one.post_id: Seen(one, answer or "", count) for one, answer, count in rows}


def gathering(session: Session, post_id: int) -> Gathering:
    """Give the event of a post that the caller has found for the viewer. Raises NotFound."""
    found = session.get(Gathering, post_id)
    if found is None:
        raise NotFound
    return found


def who_comes(session: Session, post_id: int) -> list[Card]:
    """Give those who come, by name: for whoever reads the post."""
    query = select(*COLUMNS).join(Coming, Coming.person_id == Person.id)
    query = query.where(Coming.post_id == post_id, Coming.answer == "yes").order_by(
        Person.sort_name, Person.id
    )
    return [card_of(row) for row in session.execute(query.limit(LISTED))]


def near(session: Session, start: datetime, end: datetime) -> Sequence[Gathering]:
    """Give the events that begin in [start, end) and of which nobody has been reminded."""
    query = select(Gathering).join(Post, Post.id == Gathering.post_id).where(Post.deleted_at.is_(None))
    query = query.where(~Gathering.reminded, Gathering.starts_at >= start, Gathering.starts_at < end)
    return session.scalars(query.order_by(Gathering.starts_at).limit(200)).all()


def reminded(session: Session, post_id: int) -> Sequence[int]:
    """Give the people who said yes or maybe."""
    query = select(Coming.person_id).where(Coming.post_id == post_id, Coming.answer != "no")
    return session.scalars(query).all()
