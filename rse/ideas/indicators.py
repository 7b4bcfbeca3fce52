"""What the stages of ideas are for the indicators. Unsigned ideas have no employee as author."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rse.core.activity import Activity, ActivityEvent, Content, Touched
from rse.feed.models import Post
from rse.groups.models import Group
from rse.ideas.events import IdeaDecided
from rse.ideas.models import IdeaStep

VALUES = {
    "under_review": "under_review", "planned": "accepted", "in_progress": "accepted", "done": "done",
    "declined": "declined",
}  # fmt: skip
ALWAYS = datetime.min.replace(tzinfo=UTC)


def _steps(session: Session, *criteria: ColumnElement[bool]) -> Iterator[ActivityEvent]:
    query = (
        select(IdeaStep, Post.author_id, Post.at, Post.deleted_at, Group.visibility)
        .join(Post, Post.id == IdeaStep.post_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(*criteria)
    )
    for step, author_id, at, deleted_at, visibility in session.execute(query):
        name = f"idea_status:{step.id}"
        if visibility == "secret" or step.status not in VALUES:
            yield ActivityEvent(name, step.at, "visit", step.by_id)
        else:
            parent = Content(step.post_id, author_id, step.post_id, at, deleted_at)
            value = VALUES[step.status]
            yield ActivityEvent(name, step.at, "idea_status", step.by_id, parent=parent, value=value)


def events(session: Session, start: datetime, end: datetime) -> Iterator[ActivityEvent]:
    """Give the changes of stage in [start, end)."""
    return _steps(session, IdeaStep.at >= start, IdeaStep.at < end)


def threads(session: Session, roots: Collection[int]) -> Iterator[ActivityEvent]:
    """Give those of these posts."""
    return _steps(session, IdeaStep.post_id.in_(roots))


def roots(session: Session, people: Collection[int]) -> Iterable[int]:
    """Give the ideas whose stage these people have changed."""
    return session.scalars(select(IdeaStep.post_id).where(IdeaStep.by_id.in_(people)))


def first(session: Session) -> datetime | None:
    """Give the time of the oldest."""
    return session.scalar(select(func.min(IdeaStep.at)))


def _touched(_session: Session, event: Any) -> Iterator[Touched]:
    yield Touched(event.at, ALWAYS, event.post_id)


activity = Activity("ideas", events, threads, roots, first, touches={IdeaDecided: _touched})
