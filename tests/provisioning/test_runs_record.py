"""Every run of an importer leaves a record: what it changed, what failed; two of a source never run at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import clock, db
from rse.provisioning import absent, runs
from rse.provisioning.models import ProvisioningRun
from rse.provisioning.transactions import writing
from tests import factories

ADA = "ada.king,ada@x.example,Ada,King,Directrice,Groupe,Lyon,,,,"
Bring = Callable[..., Any]
Browsers = Callable[[str], factories.Client]


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


def test_administrators_read_what_a_run_changed_and_what_failed(app: Flask, browser_as: Browsers) -> None:
    with runs.recorded(writing, "ldap", "full") as (outcome, _transaction):
        outcome.counts = {"created": 0, "updated": 1, "deactivated": 1, "unchanged": 98, "problems": 1}
        outcome.changes = [
            {"uid": "ada.king", "what": "updated", "fields": {"title": ["Ingénieure", "Directrice"]}},
            {"uid": "ben.roy", "what": "deactivated", "fields": {}},
        ]
        outcome.problems = [{"where": "uid=eve", "reason": "deux personnes ont cette adresse"}]
    path = f"/admin/provisioning/runs/{last().id}"
    ines = browser_as("ines")
    assert path in ines.get("/admin/provisioning").text
    shown = ines.get(path).text
    for words in (
        "ada.king",
        "<del>Ingénieure</del> <ins>Directrice</ins>",
        "exclues 1",
        "deux personnes ont",
    ):
        assert words in shown
    assert browser_as("karim").get(path).status_code == 404
    assert ines.get("/admin/provisioning/runs/99").status_code == 404


def test_a_run_that_stopped_says_what_to_do(app: Flask, browser_as: Browsers) -> None:
    with pytest.raises(absent.TooMany), runs.recorded(writing, "ldap", "full"):
        raise absent.TooMany("12 of 20")
    shown = browser_as("ines").get(f"/admin/provisioning/runs/{last().id}").text
    assert "12 of 20" in shown
    assert "import ldap --force" in shown


def test_the_directory_is_read_again_at_once(make_app: Callable[..., Flask]) -> None:
    app = make_app(ldap_url="ldap://127.0.0.1:9", ldap_schedule=False)  # nobody answers there
    with app.app_context():
        people = factories.make_cast(db.begin_write())
        db.commit()
        ines, karim = (factories.browser_of(app, people[name].id) for name in ("ines", "karim"))
        assert karim.post("/admin/provisioning/read").status_code == 404
        assert "Tout relire" in ines.get("/admin/provisioning").text
        assert ines.post("/admin/provisioning/read", data={"what": "full"}).status_code == 303
        while task := app.extensions["huey"].dequeue():  # as the worker does
            if task.name.endswith("read_now"):
                app.extensions["huey"].execute(task)
        run = last()
        assert (run.source, run.kind, run.state, run.actor_id) == (
            "ldap",
            "full",
            "failed",
            people["ines"].id,
        )
        assert "Échec" in ines.get("/admin/provisioning").text


def test_without_a_directory_there_is_nothing_to_read(browser_as: Browsers) -> None:
    ines = browser_as("ines")
    assert "Tout relire" not in ines.get("/admin/provisioning").text
    assert ines.post("/admin/provisioning/read").status_code == 404
