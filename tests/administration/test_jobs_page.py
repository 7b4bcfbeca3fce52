"""What was given up is retried or discarded on its page; failed jobs too; and the next runs are told."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import clock, db, events, jobs

Browsers = Callable[[str], Any]


@pytest.fixture
def dead(app: Flask) -> list[int]:
    """Two deliveries that were given up."""
    session, ids = db.begin_write(), []
    for number in range(2):
        stored = events.StoredEvent(
            name="people.PersonChanged", subject="x:1", payload='{"person_id": 1}', at=clock.now()
        )
        session.add(stored)
        session.flush()
        owed = {
            "event_id": stored.id,
            "subscriber": "search.index",
            "subject": f"x:{number}",
            "not_before": clock.now(),
        }
        said = "IntegrityError: no [parameters: ('a secret text',)]"
        row = events.Delivery(**owed, dead=True, attempts=8, error=said)
        session.add(row)
        session.flush()
        ids.append(row.id)
    db.commit()
    return ids


def left() -> list[tuple[int, bool]]:
    db.rollback()
    return [tuple(row) for row in db.session().execute(select(events.Delivery.id, events.Delivery.dead))]


def test_retry_one_discard_one(browser_as: Browsers, dead: list[int]) -> None:
    ines = browser_as("ines")
    html = ines.get("/admin/jobs").text
    assert "people.PersonChanged" in html
    assert "IntegrityError: no" in html
    assert "a secret text" not in html
    assert ines.post(f"/admin/jobs/deliveries/{dead[0]}/retry").status_code == 303
    assert ines.post(f"/admin/jobs/deliveries/{dead[1]}/discard").status_code == 303
    assert left() == [(dead[0], False)]
    assert ines.post(f"/admin/jobs/deliveries/{dead[1]}/retry").status_code == 404
    assert jobs.drain() == 1
    assert left() == []
    actions = db.session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["delivery.retry", "delivery.discard"]


def test_retry_all(browser_as: Browsers, dead: list[int]) -> None:
    browser_as("ines").post("/admin/jobs/deliveries/retry")
    assert jobs.drain() == 2


def test_failed_job_is_listed_and_run_again(
    app: Flask, browser_as: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def flaky() -> None:
        runs.append("run")
        if len(runs) < 3:
            raise RuntimeError("the disk is full")

    flaky.__module__, flaky.__name__ = "rse.core.jobs", "sweep"
    task = jobs._in_app(app, flaky)
    monkeypatch.setitem(jobs._queue.tasks, "rse.core.jobs.sweep", task)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            task()
    db.rollback()
    ines = browser_as("ines")
    html = ines.get("/admin/jobs").text
    assert "RuntimeError: the disk is full" in html
    assert "2 échecs" in html
    key = db.session().scalar(select(jobs.JobFailure.key))
    db.rollback()
    assert ines.post(f"/admin/jobs/failures/{key}/retry").status_code == 303
    assert len(runs) == 3
    assert "Aucune tâche n’a échoué" in ines.get("/admin/jobs").text
    assert ines.post(f"/admin/jobs/failures/{key}/forget").status_code == 404


def test_next_runs(browser_as: Browsers) -> None:
    now = datetime(2026, 11, 21, 23, 30, 15, tzinfo=UTC)
    assert jobs.next_run("17 3 * * *", now) == datetime(2026, 11, 22, 3, 17, tzinfo=UTC)
    assert jobs.next_run("* * * * *", now) == datetime(2026, 11, 21, 23, 31, tzinfo=UTC)
    assert jobs.next_run("0 0 1 1 *", datetime(2026, 3, 1, tzinfo=UTC)) is None
    ines = browser_as("ines")
    assert "core.jobs.sweep" in ines.get("/admin/jobs").text
    assert ines.post("/admin/jobs/scheduled/rse.core.jobs.sweep/run").status_code == 303
    assert ines.post("/admin/jobs/scheduled/os.system/run").status_code == 404
