"""A copy of one's own data: made by the worker, for oneself alone, without what others wrote, for a week."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from rse.accounts.models import AuditEntry
from rse.core import clock, db, jobs, retention
from rse.notifications.models import Notification
from rse.privacy import keeping, making
from rse.privacy.models import PersonalExport
from tests import factories

Life = Callable[[str, str], dict[str, str]]
Browse = Callable[[str], factories.Client]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker takes up what is queued at once."""
    monkeypatch.setattr(making, "make_soon", making.make)


def made(browser: factories.Client) -> ZipFile:
    assert browser.post("/api/v1/me/export").status_code == 202
    jobs.drain()
    answer = browser.get("/api/v1/me/export/file")
    assert answer.status_code == 200, answer.text
    return ZipFile(BytesIO(answer.data))


def test_it_holds_what_one_wrote_and_nothing_that_others_wrote(life: Life, browser_as: Browse) -> None:
    life("amelie", "karim")
    copy = made(browser_as("amelie"))
    assert copy.testzip() is None
    whole = "".join(copy.read(name).decode() for name in copy.namelist())
    for mine in (
        "Mon secret, deuxième version",
        "Mon secret de fabrication",
        "Ma réponse",
        "Un mot pour toi",
        "Soudage TIG",
    ):
        assert mine in whole, mine
    for theirs in ("Une autre plume", "Sa réponse à lui", "Qui sait"):
        assert theirs not in whole, theirs
    assert {"people.json", "feed.json", "messages.json", "groups.json", "accounts.json"} <= set(
        copy.namelist()
    )
    assert all(isinstance(json.loads(copy.read(n)), list) for n in copy.namelist() if n.endswith(".json"))
    assert "Vos données" in copy.read("LISEZ-MOI.txt").decode()


def test_files_that_one_sent_are_in_it(browser_as: Browse) -> None:
    browser = browser_as("amelie")
    sent = browser.post(
        "/api/v1/files",
        data={"file": (BytesIO(b"un;deux\n1;2\n"), "mesures.csv")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 201, sent.text
    copy = made(browser)
    name = f"files/{sent.json['id']}-mesures.csv"
    assert copy.read(name) == b"un;deux\n1;2\n"
    assert json.loads(copy.read("files.json"))[0]["path"] == name


def test_it_is_for_oneself_alone_and_saved_not_shown(life: Life, browser_as: Browse, tmp_path: Path) -> None:
    life("amelie", "karim")
    made(browser_as("amelie"))
    for path in ("/settings/data/file", "/api/v1/me/export/file", "/api/v1/me/export"):
        assert browser_as("karim").get(path).status_code == 404
    answer = browser_as("amelie").get("/settings/data/file")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="data-amelie.rousseau-')
    assert answer.headers["Cache-Control"] == "no-store"
    (stored,) = (tmp_path / "exports").iterdir()
    assert stored.stat().st_mode & 0o777 == 0o600


def test_one_is_told_when_it_is_ready_and_asking_is_a_line_of_the_audit_log(
    app: Flask, cast: dict[str, int], browser_as: Browse
) -> None:
    browser = browser_as("amelie")
    page = browser.post("/settings/data", follow_redirects=True)
    assert "en préparation" in page.text
    assert browser.get("/api/v1/me/export").json["state"] == "waiting"
    assert browser.get("/settings/data/file").status_code == 404
    jobs.drain()
    session = db.db.session()
    told = session.scalars(select(Notification).where(Notification.person_id == cast["amelie"])).all()
    assert [one.kind for one in told] == ["export_ready"]
    assert "La copie de vos données est prête" in browser.get("/notifications").text
    assert "Récupérer la copie" in browser.get("/settings/data").text
    asked = select(AuditEntry.actor_id).where(AuditEntry.action == "export.ask")
    assert session.scalars(asked).all() == [cast["amelie"]]


def test_asking_twice_makes_one_and_a_newer_one_takes_its_place(browser_as: Browse, tmp_path: Path) -> None:
    browser = browser_as("amelie")
    assert browser.post("/api/v1/me/export").json["id"] == browser.post("/api/v1/me/export").json["id"]
    jobs.drain()
    (first,) = (tmp_path / "exports").iterdir()
    browser.post("/settings/data")
    jobs.drain()
    (second,) = (tmp_path / "exports").iterdir()
    assert first != second
    assert browser.post("/settings/data/forget").status_code == 303
    jobs.drain()
    assert list((tmp_path / "exports").iterdir()) == []
    assert browser.get("/api/v1/me/export").status_code == 404


def test_it_ends_after_a_week_and_the_file_goes(browser_as: Browse, tmp_path: Path) -> None:
    browser = browser_as("amelie")
    made(browser)
    session = db.begin_write()
    long_ago = clock.now() - timedelta(days=8)
    session.execute(update(PersonalExport).values(asked_at=long_ago, expires_at=long_ago))
    db.commit()
    assert browser.get("/settings/data/file").status_code == 404
    assert "Préparer ma copie" in browser.get("/settings/data").text
    (file,) = (tmp_path / "exports").iterdir()
    os.utime(file, (0, 0))
    (keep,) = keeping.KEEPS
    assert retention.step(db.begin_write(), keep, 100) == 1
    db.commit()
    assert not file.exists()


def test_what_fails_is_said_and_can_be_asked_again(
    browser_as: Browse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_as("amelie")
    browser.post("/settings/data")
    real = making.write
    monkeypatch.setattr(making, "write", lambda *_arguments: (_ for _ in ()).throw(OSError("disk full")))
    jobs.drain()
    assert "n’a pas pu être faite" in browser.get("/settings/data").text
    assert list((tmp_path / "exports").iterdir()) == []
    monkeypatch.setattr(making, "write", real)
    assert made(browser).testzip() is None


def test_one_whose_worker_was_killed_is_made_later(
    browser_as: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "make_soon", lambda _export_id: None)
    browser = browser_as("amelie")
    browser.post("/settings/data")
    jobs.drain()
    making.make_overdue()
    assert browser.get("/api/v1/me/export").json["state"] == "waiting"  # it may still be at work
    session = db.begin_write()
    session.execute(update(PersonalExport).values(asked_at=clock.now() - timedelta(minutes=11)))
    db.commit()
    making.make_overdue()
    assert browser.get("/api/v1/me/export").json["state"] == "ready"
    assert db.db.session().scalar(select(func.count()).select_from(PersonalExport)) == 1
