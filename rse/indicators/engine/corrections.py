"""What changed in the past: marks for the days and threads to be counted again, and erasure."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from rse.core.activity import ActivityEvent, Touched
from rse.indicators.engine import marks
from rse.indicators.engine.marks import Marks
from rse.indicators.engine.models import Act, Horizon, Pair, Population
from rse.indicators.engine.rollup import DAY, Source
from rse.indicators.engine.windows import Calendar, micros

ALWAYS = datetime.min.replace(tzinfo=UTC)


def mark(session: Session, source: Source, calendar: Calendar, changes: Iterable[Touched]) -> None:
    """Mark what is to be counted again. A day not counted yet needs no mark, unless it changes later on."""
    found = Marks()
    horizon = session.scalar(select(Horizon.day)) or date.min
    for change in changes:
        since = micros(change.since)
        for at in _times(source, change):
            day = calendar.slot(at)
            if day < horizon or since >= micros(calendar.start(day + DAY)):
                found.days.add((day, since))
                if change.root_id is not None:
                    found.threads.add((change.root_id, since))
    marks.store(session, found)


def _times(source: Source, change: Touched) -> Iterable[datetime]:
    """Give when the event happened, and when others reacted or replied to it."""
    yield change.at
    if change.content_id is not None and change.root_id is not None:
        for event in source.threads([change.root_id]):
            if event.parent is not None and event.parent.id == change.content_id:
                yield event.at


def forget(session: Session, source: Source, calendar: Calendar, people: Collection[int]) -> None:
    """Erase people from the roll-ups and mark what their events touch. Call it before these events go.

    It reads the log of the whole retention once, however many the people: what others did on their
    contents stops counting too, and no roll-up says where that was.
    """
    found = Marks()
    first, horizon = session.scalar(select(func.min(Act.day))), session.scalar(select(Horizon.day))
    if first is not None and horizon is not None:
        for event in source.events(calendar.start(first), calendar.start(horizon)):
            owner = None if event.parent is None else event.parent.author_id
            if event.actor_id in people or owner in people:
                found.days.add((calendar.slot(event.at), micros(ALWAYS)))
                root = _root(event)
                if root is not None:
                    found.threads.add((root, micros(ALWAYS)))
    marks.store(session, found)
    session.execute(delete(Act).where(Act.person_id.in_(people)))
    session.execute(delete(Pair).where(or_(Pair.x.in_(people), Pair.y.in_(people))))
    session.execute(delete(Population).where(Population.person_id.in_(people)))


def _root(event: ActivityEvent) -> int | None:
    if event.root_id is not None:
        return event.root_id
    return None if event.parent is None else event.parent.root_id
