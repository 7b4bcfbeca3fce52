"""The audit log is append-only: the database refuses changes, and what was changed behind its back is found."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from rse.accounts import audit
from rse.accounts.models import AuditEntry
from rse.core import db
from tests import tamper


@pytest.fixture
def log(any_app: Flask) -> Flask:
    """Five lines."""
    session = db.begin_write()
    for number in range(5):
        audit.record(session, "test.line", number=number)
    db.commit()
    return any_app


def verify(app: Flask, *more: str) -> Any:
    db.rollback()
    return app.test_cli_runner().invoke(args=["audit", "verify", *more])


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEntry).where(AuditEntry.id == 2).values(details="{}"),
        delete(AuditEntry).where(AuditEntry.id == 2),
        text("UPDATE audit SET actor_id = 1"),
        text("DELETE FROM audit"),
    ],
)
def test_the_database_refuses(log: Flask, change: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        db.begin_write().execute(change)
    db.rollback()
    done = verify(log)
    assert done.exit_code == 0
    assert done.output.startswith("5 lines, the chain holds")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda: update(AuditEntry).where(AuditEntry.id == 3).values(details='{"number": 9}'), 3),
        (lambda: update(AuditEntry).where(AuditEntry.id == 1).values(actor_id=7), 1),
        (lambda: delete(AuditEntry).where(AuditEntry.id == 2), 3),
        (lambda: delete(AuditEntry).where(AuditEntry.id == 1), 2),
    ],
)
def test_the_command_names_the_first_broken_line(log: Flask, change: Callable[[], Any], line: int) -> None:
    session = db.begin_write()
    tamper.unguard(session)
    session.execute(change())
    db.commit()
    done = verify(log)
    assert done.exit_code == 1
    assert f"line {line} " in done.output


def test_lines_cut_off_at_the_end_are_missed_with_a_hash_kept_elsewhere(log: Flask) -> None:
    last = verify(log).output.split()[-1]
    assert verify(log, "--expect", last).exit_code == 0
    session = db.begin_write()
    tamper.unguard(session)
    session.execute(delete(AuditEntry).where(AuditEntry.id == 5))
    db.commit()
    assert verify(log).exit_code == 0
    done = verify(log, "--expect", last)
    assert done.exit_code == 1
    assert "cut off" in done.output


def test_export_by_command(log: Flask) -> None:
    done = log.test_cli_runner().invoke(args=["audit", "export"])
    assert done.exit_code == 0
    *before, last = done.output.splitlines()
    assert len(before) == 5
    assert '"audit.export"' in last  # that somebody took it all out is a line too


def test_groups_entered_and_left_are_lines(browser_as: Callable[[str], Any], cast: dict[str, int]) -> None:
    amelie = browser_as("amelie")
    amelie.post("/groups", data={"name": "Capteurs", "visibility": "open", "purpose": "professional"})
    entry = db.session().query(AuditEntry).filter_by(action="group.join").one()
    assert (entry.actor_id, entry.target) == (cast["amelie"], f"person:{cast['amelie']}")
    assert "Capteurs" not in entry.details
