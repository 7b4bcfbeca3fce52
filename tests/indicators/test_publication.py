"""Publication: each complete week once, frozen, on both databases; what features tell is what is counted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core import clock, db
from rse.indicators import running, service
from rse.indicators.models import Published
from rse.settings import BadSettings, load
from tests import factories
from tests.indicators.company import Company, last_sunday, today


def test_published_weeks_are_never_restated(any_app, published):
    def frozen():
        rows = db.db.session().execute(
            select(*Published.__table__.c).order_by(*Published.__table__.primary_key)
        )
        return [tuple(row) for row in rows]

    before = frozen()
    session = db.begin_write()
    author = published.everyone[0]
    published.comment(
        published.post(author, clock.now() - timedelta(days=20)),
        published.everyone[1],
        clock.now() - timedelta(days=19),
    )
    service.visit(session, factories.viewer_of(author), today() - timedelta(days=30))
    db.commit()
    assert running.rollup() == []
    assert frozen() == before
    assert len(published.weeks) >= 6


def test_the_command_publishes_each_complete_week_once(any_app, company):
    runner = any_app.test_cli_runner()
    until = (last_sunday() - timedelta(days=7)).isoformat()
    first = runner.invoke(args=["indicators", "rollup", "--until", until])
    assert first.exit_code == 0, first.output
    assert first.stdout.split()[-1] == until
    again = runner.invoke(args=["indicators", "rollup"])
    assert again.stdout.split() == [last_sunday().isoformat()]
    assert runner.invoke(args=["indicators", "rollup"]).stdout.split() == []


@pytest.mark.parametrize("floor", [1, 4])
def test_a_floor_below_five_is_refused(tmp_path, floor):
    for env in ("development", "production"):
        with pytest.raises(BadSettings, match="RSE_FLOOR"):
            load(
                {
                    "floor": floor,
                    "env": env,
                    "secret_key": "k3y-" * 12,
                    "base_url": "https://x.example",
                    "data_dir": tmp_path,
                }
            )


def test_nothing_happened_yet_means_nothing_published(any_app):
    Company(db.begin_write())
    db.commit()
    done = any_app.test_cli_runner().invoke(args=["indicators", "rollup"])
    assert (done.exit_code, done.stdout.strip()) == (0, "")
