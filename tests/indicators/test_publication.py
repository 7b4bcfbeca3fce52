"""Publication: each complete week once, frozen, on both databases; what features tell is what is counted."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core import clock, db
from rse.indicators import running, service
from rse.indicators.engine import job
from rse.indicators.engine.models import ROLLUPS
from rse.indicators.models import Published, Signal, Week
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


def test_an_interrupted_publication_shows_nothing_and_is_made_whole(app, company, monkeypatch):
    """Figures go in parts, so that those who write on the network wait for moments only."""
    whole = running.rollup()
    expected = everything_published()
    session = db.begin_write()
    for table in (*ROLLUPS, Published, Week, Signal):
        session.query(table).delete()
    db.commit()
    monkeypatch.setattr(job, "AT_ONCE", 7)
    units = running.unit

    @contextmanager
    def unit():
        if len(listed()) == 2 and told() - listed():  # in the middle of the third week
            raise RuntimeError
        with units():
            yield

    with monkeypatch.context() as patched:
        patched.setattr(running, "unit", unit)
        with pytest.raises(RuntimeError):
            running.rollup()
    assert told() - listed()
    client = factories.browser_of(app, company.everyone[0])
    last = client.get("/api/v1/indicators/company").get_json()["as_of"]
    assert last == max(listed()).isoformat() < max(told()).isoformat()
    assert client.get("/api/v1/indicators/company", query_string={"as_of": max(told())}).status_code == 404
    assert max(told()).isoformat() not in client.get("/indicators/figures.csv").text
    running.rollup()
    assert everything_published() == expected
    assert listed() == set(whole)


def listed():
    return set(db.db.session().scalars(select(Week.day)))


def told():
    return set(db.db.session().scalars(select(Published.day).distinct()))


def everything_published():
    rows = db.db.session().execute(select(Published.day, Published.code, Published.status, Published.figures))
    return sorted(repr(tuple(row)) for row in rows)


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
