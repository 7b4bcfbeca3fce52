"""Reads of ideas: those of a page in one query, the board, the list, campaigns."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.core.audience import Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Post
from rse.groups.models import Group
from rse.ideas.models import STAGES, Campaign, Idea, IdeaStep, IdeaVote

OF_STAGE = 6  # ideas that a column of the board shows


@dataclass(frozen=True, slots=True)
class Seen:
    """An idea as one viewer stands to it."""

    idea: Idea
    voted: bool
    owner: str
    reply: str  # of the last step
    campaign: str
    sponsor_id: int | None


def ideas(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Seen]:
    """Give the ideas of posts that the viewer may read."""
    last = (
        select(func.max(IdeaStep.id))
        .where(IdeaStep.post_id == Idea.post_id)
        .correlate(Idea)
        .scalar_subquery()
    )
    query = (
        select(
            Idea,
            IdeaVote.person_id,
            Person.display_name,
            IdeaStep.reply,
            Campaign.question,
            Campaign.sponsor_id,
        )
        .outerjoin(IdeaVote, and_(IdeaVote.post_id == Idea.post_id, IdeaVote.person_id == viewer.id))
        .outerjoin(Person, Person.id == Idea.owner_id)
        .outerjoin(IdeaStep, IdeaStep.id == last)
        .outerjoin(Campaign, Campaign.id == Idea.campaign_id)
        .where(Idea.post_id.in_(ids))
    )
    return {
        idea.post_id: Seen(idea, voted is not None, owner or "", reply or "", campaign or "", sponsor)
        for idea, voted, owner, reply, campaign, sponsor in session.execute(query)
    }


def idea(session: Session, post_id: int, *, lock: bool = False) -> Idea:
    """Give the idea of a post that the caller has found for the viewer. Raises NotFound for another kind."""
    query = select(Idea).where(Idea.post_id == post_id).execution_options(populate_existing=lock)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def steps(session: Session, post_id: int) -> list[Any]:
    """Give the stages that an idea has gone through, oldest first: status, reply, at and by whom."""
    query = select(IdeaStep.status, IdeaStep.reply, IdeaStep.at, Person.display_name)
    query = query.join(Person, Person.id == IdeaStep.by_id).where(IdeaStep.post_id == post_id)
    return list(session.execute(query.order_by(IdeaStep.id)).all())


@dataclass(frozen=True, slots=True)
class Row:
    """An idea in a list."""

    id: int
    title: str | None
    html: str
    at: datetime
    status: str
    votes: int
    comments: int
    due_on: date | None
    group: str
    owner: str


def _rows(viewer: Viewer) -> Select[Any]:
    owner = aliased(Person)
    query: Any = (
        select(
            Post.id, Post.title, Post.body_html, Post.at, Idea.status, Idea.votes, Post.comment_count,
            Idea.due_on, func.coalesce(Group.name, ""), func.coalesce(owner.display_name, ""),
        )
        .join(Idea, Idea.post_id == Post.id)
        .outerjoin(Group, Group.id == Post.group_id)
        .outerjoin(owner, owner.id == Idea.owner_id)
        .where(Post.deleted_at.is_(None), readable(Post.audience, viewer))
    )  # fmt: skip
    found: Select[Any] = query
    return found


def board(session: Session, viewer: Viewer) -> dict[str, tuple[int, list[Row]]]:
    """Give, for each stage, how many ideas the viewer reads there, and those with the most votes."""
    place = func.row_number().over(partition_by=Idea.status, order_by=(Idea.votes.desc(), Post.id.desc()))
    total = func.count().over(partition_by=Idea.status)
    found = _rows(viewer).add_columns(place.label("place"), total.label("total")).subquery()
    listed: dict[str, list[Row]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for row in session.execute(select(found).where(found.c.place <= OF_STAGE).order_by(found.c.place)):
        one = Row(*row[:10])
        listed[one.status].append(one)
        numbers[one.status] = row.total
    return {stage: (numbers.get(stage, 0), listed[stage]) for stage in STAGES}


def listing(
    session: Session,
    viewer: Viewer,
    *,
    status: str | None = None,
    campaign: int | None = None,
    sort: str = "votes",
    after: tuple[Any, ...] | None = None,
    limit: int,
) -> list[Row]:
    """Give `limit + 1` ideas, most votes or newest first, after a position (votes or time, id)."""
    query = _rows(viewer)
    if status:
        query = query.where(Idea.status == status)
    if campaign:
        query = query.where(Idea.campaign_id == campaign)
    by: Any = Idea.votes if sort == "votes" else Post.at
    if after:
        query = query.where(or_(by < after[0], and_(by == after[0], Post.id < after[1])))
    return [Row(*row) for row in session.execute(query.order_by(by.desc(), Post.id.desc()).limit(limit + 1))]


def campaigns(session: Session, today: date) -> list[Campaign]:
    """Give the campaigns that are not over, the one that ends first at the top."""
    query = select(Campaign).where(Campaign.ends_on >= today).order_by(Campaign.ends_on, Campaign.id)
    return list(session.scalars(query.limit(20)))


def campaign(session: Session, campaign_id: int) -> Campaign:
    """Give a campaign. Raises NotFound."""
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound
    return found


def campaign_with_sponsor(session: Session, campaign_id: int) -> tuple[Campaign, str]:
    """Give a campaign and the name of who asks. Raises NotFound."""
    found = campaign(session, campaign_id)
    name = session.scalar(select(Person.display_name).where(Person.id == found.sponsor_id))
    return found, name or ""


def voted(session: Session, person_id: int) -> Iterable[int]:
    """Give the ideas that a person is for."""
    return session.scalars(select(IdeaVote.post_id).where(IdeaVote.person_id == person_id)).all()
