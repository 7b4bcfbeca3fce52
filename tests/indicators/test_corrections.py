"""Late events, deletions and erasures: the roll-ups always equal the raw log counted from nothing."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core.activity import Touched
from rse.indicators.engine.corrections import forget, mark
from rse.indicators.engine.evaluation import scratch
from rse.indicators.engine.models import Act, DirtyDay, Pair, Thread
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.staff import Staff
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


@pytest.mark.parametrize("seed", range(6))
def test_erasure(seed):
    staff, world = company(seed)
    with scratch() as session:
        rolled(session, world, staff, AS_OF)
        gone = {2, 7, 11}
        forget(session, world.log, CALENDAR, gone)
        for person in gone:
            world.erase(person)
        staff = Staff({p: e for p, e in staff.people.items() if p not in gone}, staff.stays)
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
