"""Late events, deletions and erasures: the roll-ups always equal the raw log counted from nothing."""

import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core.activity import Touched
from rse.indicators.engine.corrections import forget, mark, traces
from rse.indicators.engine.evaluation import scratch
from rse.indicators.engine.models import Act, DirtyDay, Pair, Thread
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.staff import Staff, Stay
from rse.indicators.engine.windows import Calendar
from tests.indicators.worlds import AS_OF, NOON, ZONE, company

CALENDAR = Calendar(ZONE)


def rolled(session, world, staff, *days):
    for day in days:
        Rollup(session, world.log, staff, CALENDAR, keep_days=None).advance(day)
    return content(session)


def content(session):
    tables = {}
    for model in (Act, Pair, Thread):
        columns = model.__table__.c
        tables[model.__tablename__] = sorted(map(tuple, session.execute(select(*columns))), key=repr)
    return tables


def from_nothing(world, staff, day=AS_OF):
    with scratch() as session:
        return rolled(session, world, staff, day)


@pytest.mark.parametrize("seed", range(8))
def test_day_by_day_equals_at_once(seed):
    staff, world = company(seed)
    with scratch() as session:
        days = [AS_OF - timedelta(days=n) for n in range(40, -1, -1)]
        assert rolled(session, world, staff, *days) == from_nothing(world, staff)
        assert rolled(session, world, staff, AS_OF) == from_nothing(world, staff)


@pytest.mark.parametrize("seed", range(8))
def test_late_events_and_deletions(seed):
    rng = random.Random(seed)
    staff, world = company(seed)
    yesterday = AS_OF - timedelta(days=1)
    with scratch() as session:
        rolled(session, world, staff, yesterday)
        for _ in range(30):
            late = world.happen(NOON - timedelta(days=rng.randint(1, 90)))
            root = late.root_id or (late.parent.root_id if late.parent else None)
            mark(session, world.log, CALENDAR, [Touched(late.at, late.at, root)])
        for content_id in rng.sample(sorted(world.contents), 30):
            when = NOON - timedelta(hours=rng.randint(0, 100))
            gone = world.delete(content_id, when)
            mark(session, world.log, CALENDAR, [Touched(gone.at, when, gone.root_id, gone.id)])
        assert rolled(session, world, staff, AS_OF) == from_nothing(world, staff)


def test_a_deletion_is_unknown_before_its_time_and_known_after():
    staff, world = company(3)
    before, after = AS_OF - timedelta(days=7), AS_OF
    with scratch() as session:
        for content_id in sorted(world.contents)[:20]:
            gone = world.delete(content_id, NOON - timedelta(days=3))
            mark(session, world.log, CALENDAR, [Touched(gone.at, gone.deleted_at, gone.root_id, gone.id)])
        assert rolled(session, world, staff, before) == from_nothing(world, staff, before)
        assert session.scalars(select(DirtyDay.day)).all()
        assert rolled(session, world, staff, after) == from_nothing(world, staff, after)
        assert not session.scalars(select(DirtyDay.day)).all()


def erased(session, world, staff, gone):
    """Erase people from the roll-ups, then from the log; returns who is left."""
    forget(session, traces(session, world.log, CALENDAR, gone), gone)
    for person in gone:
        world.erase(person)
    return Staff({p: e for p, e in staff.people.items() if p not in gone}, staff.stays)


def late(session, world, rng):
    event = world.happen(NOON - timedelta(days=rng.randint(1, 90), hours=rng.randint(0, 23)))
    root = event.root_id or (event.parent.root_id if event.parent else None)
    mark(session, world.log, CALENDAR, [Touched(event.at, event.at, root)])


def deleted(session, world, rng):
    content_id = rng.choice(sorted(world.contents))
    if world.contents[content_id].deleted_at is None:
        when = NOON - timedelta(hours=rng.randint(0, 100))
        gone = world.delete(content_id, when)
        mark(session, world.log, CALENDAR, [Touched(gone.at, when, gone.root_id, gone.id)])


def moved(staff, person, team, day):
    """Let a person belong to another team from a day on; what was before ends the day before."""
    before = [
        Stay(s.team, s.start, min(s.end or day, day - timedelta(days=1))) for s in staff.stays.get(person, ())
    ]
    return Staff(staff.people, {**staff.stays, person: [*before, Stay(team, day)]})


@pytest.mark.parametrize("seed", range(2))
def test_late_events_deletions_erasures_and_team_changes_mixed(seed):
    """The short form of what `python -m bench.run indicators` does a thousand times on the product's tables."""
    rng = random.Random(seed)
    staff, world = company(seed, people=40, events=500)
    day = AS_OF - timedelta(days=6)
    with scratch() as session:
        rolled(session, world, staff, day)
        for _round in range(4):
            for _ in range(12):
                rng.choice([late, late, deleted])(session, world, rng)
            day += timedelta(days=1)
            for _ in range(6):  # from tomorrow on: what was done keeps the team that it was done in
                staff = moved(staff, rng.randint(1, 40), rng.randint(1, 4), day)
            gone = rng.choice([p for p in staff.people if staff.employed(p, day)])
            staff = erased(session, world, staff, {gone})
            assert rolled(session, world, staff, day) == from_nothing(world, staff, day)


def test_a_mark_that_comes_again_while_days_are_counted_waits_for_the_next_time():
    staff, world = company(5)
    day = AS_OF - timedelta(days=10)
    with scratch() as session:
        rolled(session, world, staff, AS_OF - timedelta(days=1))
        event = world.happen(NOON - timedelta(days=10))
        change = [Touched(event.at, event.at)]
        mark(session, world.log, CALENDAR, change)

        def meanwhile(counted):  # the day has just been counted; then something else of it changes
            if counted == day:
                world.happen(NOON - timedelta(days=10))
                mark(session, world.log, CALENDAR, change)

        Rollup(session, world.log, staff, CALENDAR, keep_days=None, progress=meanwhile).advance(AS_OF)
        assert day in session.scalars(select(DirtyDay.day)).all()
        assert rolled(session, world, staff, AS_OF) == from_nothing(world, staff)


def test_what_is_interrupted_is_counted_the_next_time():
    staff, world = company(6)
    with scratch() as session:
        rolled(session, world, staff, AS_OF - timedelta(days=9))
        late(session, world, random.Random(1))
        left = [3]

        @contextmanager
        def unit():
            left[0] -= 1
            if not left[0]:
                raise RuntimeError
            yield

        with pytest.raises(RuntimeError):
            Rollup(session, world.log, staff, CALENDAR, keep_days=None, unit=unit).advance(AS_OF)
        assert rolled(session, world, staff, AS_OF) == from_nothing(world, staff)


def test_erasing_somebody_reads_their_threads_and_not_the_log():
    staff, world = company(4)
    log = world.log
    with scratch() as session:
        Rollup(session, log, staff, CALENDAR, keep_days=None).advance(AS_OF)
        log.events = None
        read = []
        log.threads = lambda roots, known=log.threads: read.extend(roots) or known(roots)
        found = traces(session, log, CALENDAR, {2})
        assert found.days
        assert set(read) == set(log.roots({2})) < set(log.by_root)


@pytest.mark.parametrize("seed", range(6))
def test_erasure(seed):
    staff, world = company(seed)
    with scratch() as session:
        rolled(session, world, staff, AS_OF)
        gone = {2, 7, 11}
        staff = erased(session, world, staff, gone)
        assert not session.scalars(select(Act.day).where(Act.person_id.in_(gone))).all()
        assert rolled(session, world, staff, AS_OF) == from_nothing(world, staff)


def test_a_new_zone_rebuilds_and_old_days_are_purged():
    staff, world = company(1)
    with scratch() as session:
        Rollup(session, world.log, staff, CALENDAR, keep_days=30).advance(AS_OF)
        days = session.scalars(select(Act.day)).all()
        assert min(days) >= AS_OF - timedelta(days=29)
        tokyo = Calendar(type(ZONE)("Asia/Tokyo"))
        Rollup(session, world.log, staff, tokyo, keep_days=None).advance(AS_OF)
        rebuilt = content(session)
    with scratch() as session:
        Rollup(session, world.log, staff, tokyo, keep_days=None).advance(AS_OF)
        assert content(session) == rebuilt
