"""Late events, deletions, erasures and moves on the product's own tables, on both databases: the counts stay right.

The short form of what `python -m bench.run indicators` does a thousand times.
"""

import pytest

from bench import corrections
from rse.core import db
from rse.indicators import running
from tests.indicators.company import Company, last_sunday


@pytest.mark.parametrize("seed", [7])
def test_the_rollups_equal_the_raw_log_after_corrections(any_app, monkeypatch, seed):
    made = Company(db.begin_write())
    made.live(weeks=5)
    db.commit()
    running.rollup(newest=1)
    for name, many in (("LATE", 40), ("DELETED", 30), ("ERASED", 4), ("MOVED", 12), ("BACK", 30)):
        monkeypatch.setattr(corrections, name, many)
    before = corrections._content()
    told = corrections.measure(last_sunday())
    assert told["equal"]
    assert corrections._content() != before
