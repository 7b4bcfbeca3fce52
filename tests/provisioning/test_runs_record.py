"""Every run of an importer leaves a record: what it changed, what failed; two of a source never run at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import clock, db
from rse.provisioning import runs
from rse.provisioning.models import ProvisioningRun
from rse.provisioning.transactions import writing

ADA = "ada.king,ada@x.example,Ada,King,Directrice,Groupe,Lyon,,,,"
Bring = Callable[..., Any]


def last() -> ProvisioningRun:
    db.rollback()
    return runs.latest(db.session())[0]


def test_an_import_leaves_a_record_and_a_line_in_the_audit_log(bring: Bring) -> None:
    bring(ADA, "ben,nowhere,Ben,Roy,,,,,,,")
    run = last()
    assert (run.source, run.state, run.running) == ("directory", "done", None)
    assert run.counts["created"] == 1
    assert [problem["where"] for problem in run.problems] == ["ligne 3"]
    assert "nowhere" in run.problems[0]["reason"]
    actions = set(db.session().scalars(select(AuditEntry.action)))
    assert "provisioning.run" in actions


def test_a_file_that_cannot_be_read_is_a_failed_run(bring: Bring) -> None:
    assert bring(data=b"nothing,useful\n1,2\n").exit_code == 1
    assert (last().state, last().running) == ("failed", None)
    assert "uid" in last().error


def test_two_runs_of_a_source_are_never_at_work_at_once(any_app: Flask) -> None:
    with (
        runs.recorded(writing, "ldap", "full"),
        pytest.raises(runs.Busy),
        runs.recorded(writing, "ldap", "changes"),
    ):
        pass
    assert [run.kind for run in runs.latest(db.session())] == ["full"]


def test_a_run_that_was_killed_is_closed_by_the_next_one(any_app: Flask) -> None:
    with writing() as session:
        killed = runs.begin(session, "ldap", "full")
        session.get_one(ProvisioningRun, killed).seen_at = clock.now() - timedelta(hours=2)
    with runs.recorded(writing, "ldap", "full"):
        pass
    db.rollback()
    assert db.session().get_one(ProvisioningRun, killed).state == "failed"
    assert last().state == "done"
