"""What changed in the past: marks for the days and threads to be counted again, and erasure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from rse.core.activity import ActivityEvent, Touched
from rse.indicators.engine import marks
from rse.indicators.engine.marks import Marks
from rse.indicators.engine.models import Act, Holder, Horizon, Pair, Population
from rse.indicators.engine.rollup import AT_ONCE, DAY, Source
from rse.indicators.engine.windows import Calendar, micros

ALWAYS = datetime.min.replace(tzinfo=UTC)


def mark(session: Session, source: Source, calendar: Calendar, changes: Iterable[Touched]) -> None:
    """Mark what is to be counted again. A day not counted yet needs no mark, unless it changes later on."""
    horizon = session.scalar(select(Horizon.day))
    if horizon is None:
        return  # everything will be counted, and notes by itself what changes later
    found = Marks()
    for at, since, root in _moments(source, list(changes)):
        day = calendar.slot(at)
        if day < horizon or since >= micros(calendar.start(day + DAY)):
            found.days.add((day, since))
            if root is not None:
                found.threads.add((root, since))
    marks.store(session, found)


def _moments(source: Source, changes: Sequence[Touched]) -> Iterator[tuple[datetime, int, int | None]]:
    """Give (time, since, thread) of the changed events, and of what hangs on the changed contents."""
    hanging: dict[int, list[int]] = defaultdict(list)
    for change in changes:
        yield change.at, micros(change.since), change.root_id
        if change.content_id is not None and change.root_id is not None:
            hanging[change.content_id].append(micros(change.since))
    roots = sorted({c.root_id for c in changes if c.root_id is not None and c.content_id is not None})
    for start in range(0, len(roots), AT_ONCE):
        for event in source.threads(roots[start : start + AT_ONCE]):
            if event.parent is not None:
                for since in hanging.get(event.parent.id, ()):
                    yield event.at, since, event.parent.root_id


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
    for table in (Population, Holder):
        session.execute(delete(table).where(table.person_id.in_(people)))


def _root(event: ActivityEvent) -> int | None:
    if event.root_id is not None:
        return event.root_id
    return None if event.parent is None else event.parent.root_id
