"""A second implementation, in plain Python from the raw log, agrees on small random companies."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rse.indicators.engine.evaluation import scratch
from rse.indicators.engine.measure import Declared, Partition, measure, settle
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.windows import Calendar, Windows
from rse.indicators.models import COMPANY
from tests.indicators import worlds
from tests.indicators.reference import BOTH, COMPANY_ONLY, Reference

CALENDAR = Calendar(worlds.ZONE)
PARTITION = Partition(range(1, 5), {n: n for n in range(1, 5)})


def figures(world, staff, declared):
    with scratch() as session:
        Rollup(session, world.log, staff, CALENDAR, keep_days=130).advance(worlds.AS_OF)
        windows = Windows(CALENDAR, worlds.AS_OF)
        moment, _ = settle(session, staff, PARTITION, windows, floor=1, declared=declared)
        return measure(session, PARTITION, moment)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 260))
def test_every_indicator_of_random_companies(seed, events):
    staff, world = worlds.company(seed, events=events)
    rng = random.Random(seed)
    for content_id in rng.sample(sorted(world.contents), min(12, len(world.contents))):
        gone = datetime(2025, 11, 2, tzinfo=UTC) + timedelta(hours=rng.randint(-48, 48))
        world.delete(content_id, gone)
    wave = worlds.AS_OF - timedelta(days=rng.randint(0, 179))
    skills, answers = worlds.skills(rng), worlds.answers(rng)
    raw = Reference(
        world.log.all, staff, (worlds.AS_OF, worlds.ZONE), skills=skills, wave=wave, answers=answers
    )
    found = figures(world, staff, Declared(skills, wave, answers))
    assert set(found) == {*BOTH, *COMPANY_ONLY}
    for code, cells in found.items():
        assert cells.keys() == ({COMPANY, 1, 2, 3, 4} if code in BOTH else {COMPANY})
        for cell, figure in cells.items():
            base, internal = getattr(raw, code.lower())(None if cell == COMPANY else cell)
            assert (figure.base, figure.internal) == (len(base), internal), (code, cell)
