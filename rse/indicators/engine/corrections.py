"""What changed in the past: marks for the days and threads to be counted again, and erasure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rse.core.activity import ActivityEvent, Touched
from rse.indicators.engine import marks
from rse.indicators.engine.marks import Marks
from rse.indicators.engine.models import Act, Holder, Horizon, Pair, Population, Tie
from rse.indicators.engine.rollup import AT_ONCE, DAY, Source
from rse.indicators.engine.windows import Calendar, micros

ALWAYS = datetime.min.replace(tzinfo=UTC)
PEOPLE = 5000  # named in one statement


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


def traces(session: Session, source: Source, calendar: Calendar, people: Collection[int]) -> Marks:
    """Give what is to be counted again when people are erased. Call it before their events go.

    Their own days are in the roll-ups; what others did on their contents stops counting too, and is found in
    the threads that they had a part in. The log itself is not read.
    """
    found = Marks()
    first, horizon = session.scalar(select(func.min(Act.day))), session.scalar(select(Horizon.day))
    if first is None or horizon is None:
        return found
    kept = [first + n * DAY for n in range((horizon - first).days)]
    for some in _parts(people):
        own = select(Act.day).where(Act.day.in_(kept), Act.person_id.in_(some)).distinct()
        found.days |= {(day, micros(ALWAYS)) for day in session.scalars(own)}
        roots = sorted(set(source.roots(some)))
        for at in range(0, len(roots), AT_ONCE):
            for event in source.threads(roots[at : at + AT_ONCE]):
                _trace(found, event, some, calendar, (first, horizon))
    return found


def _trace(
    found: Marks, event: ActivityEvent, people: frozenset[int], calendar: Calendar, kept: tuple[date, date]
) -> None:
    day, root = calendar.slot(event.at), _root(event)
    owner = None if event.parent is None else event.parent.author_id
    if not kept[0] <= day < kept[1] or not people & {event.actor_id, owner}:
        return
    found.days.add((day, micros(ALWAYS)))
    if root is not None:
        found.threads.add((root, micros(ALWAYS)))


def forget(session: Session, marked: Marks, people: Collection[int]) -> None:
    """Erase people from the roll-ups, and mark what `traces` found."""
    marks.store(session, marked)
    first, last = session.execute(select(func.min(Act.day), func.max(Act.day))).one()
    kept = [first + n * DAY for n in range((last - first).days + 1)] if first else []
    for some in _parts(people):
        session.execute(delete(Act).where(Act.day.in_(kept), Act.person_id.in_(some)))
        for column in (Pair.x, Pair.y, Tie.x, Tie.y, Population.person_id, Holder.person_id):
            session.execute(delete(column.class_).where(column.in_(some)))


def _parts(people: Collection[int]) -> Iterator[frozenset[int]]:
    listed = sorted(people)
    return (frozenset(listed[at : at + PEOPLE]) for at in range(0, len(listed), PEOPLE))


def _root(event: ActivityEvent) -> int | None:
    if event.root_id is not None:
        return event.root_id
    return None if event.parent is None else event.parent.root_id
