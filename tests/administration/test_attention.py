"""Administrators are told of what needs them: on their pages, in their menu, at /readyz, and by mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from rse.administration import attention, tasks
from rse.core import clock, company, db, events, jobs
from tests import factories
from tests.accounts import idp
from tests.smtp import Inbox


@pytest.fixture
def metadata(tmp_path: Path) -> str:
    path = tmp_path / "idp.xml"
    path.write_bytes(idp.metadata())
    return str(path)


def end_of(app: Flask) -> datetime:
    found: datetime = app.extensions["rse_sign_in"].sources[0].current().certificate_end
    return found


def fail_a_job() -> None:
    values = {"key": "k", "name": "rse.x", "args": [], "error": "OSError", "count": 1, "at": clock.now()}
    db.begin_write().execute(insert(jobs.JobFailure).values(**values))
    db.commit()


def give_up_a_delivery() -> None:
    session = db.begin_write()
    stored = events.StoredEvent(name="feed.Nothing", subject="x:1", payload="{}", at=clock.now())
    session.add(stored)
    session.flush()
    about = {"event_id": stored.id, "subject": "x:1", "subscriber": "x", "not_before": clock.now()}
    session.add(events.Delivery(**about, attempts=8, dead=True))
    db.commit()


def test_what_needs_somebody_degrades_and_does_not_fail(any_app: Flask) -> None:
    jobs.beat("worker")
    client = any_app.test_client()
    assert client.get("/readyz").get_json() == {"ready": True, "failing": {}, "degraded": {}}
    fail_a_job()
    give_up_a_delivery()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["degraded"] == {"jobs": "1 deliveries were given up; 1 jobs failed"}
    checked = any_app.test_cli_runner().invoke(args=["check"])
    assert checked.exit_code == 0
    assert "soon: jobs: 1 deliveries" in checked.output


def test_the_banner_and_the_menu_say_it_to_administrators(
    app: Flask, browser_as: Callable[[str], Any]
) -> None:
    ines, amelie = browser_as("ines"), browser_as("amelie")
    assert "à surveiller" not in ines.get("/").text
    fail_a_job()
    html = ines.get("/admin/people").text
    assert "1 tâche a échoué." in html
    assert 'href="/admin/jobs"' in html.split('class="admin-tabs"')[1].split("<h1")[0].split("</nav>")[1]
    assert "à surveiller" in ines.get("/").text
    assert "1 tâche a échoué." in ines.get("/admin").text.split('id="state-jobs"')[1].split("</li>")[0]
    assert "à surveiller" not in amelie.get("/").text


def test_a_certificate_that_ends_is_named(
    make_app: Callable[..., Flask], metadata: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(saml_metadata=metadata, saml_idp_name="Annuaire")
    with app.app_context():
        jobs.beat("worker")
        assert app.test_client().get("/readyz").get_json()["degraded"] == {}
        monkeypatch.setattr("rse.accounts.connections.WARN_BEFORE", timedelta(days=4000))
        answer = app.test_client().get("/readyz")
        assert answer.status_code == 200
        day = f"{end_of(app):%Y-%m-%d}"
        assert answer.get_json()["degraded"] == {
            "certificates": f"Annuaire: its signing certificate ends on {day}"
        }
        cast = factories.make_cast(db.begin_write())
        db.commit()
        html = factories.browser_of(app, cast["ines"]).get("/admin").text
        assert "Le certificat de Annuaire prend fin le" in html


def test_administrators_get_a_mail_at_each_stage_once(
    make_app: Callable[..., Flask], metadata: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inbox() as inbox:
        app = make_app(saml_metadata=metadata, saml_idp_name="Annuaire", mail_url=inbox.url)
        with app.app_context():
            cast = factories.make_cast(db.begin_write())
            cast["karim"].roles, cast["karim"].locale = frozenset({"admin"}), "en"
            db.commit()
            tasks.warn_of_certificates()
            assert inbox.mails == []
            end, told = end_of(app), []
            for left in (29, 28, 13, 12.5, -1, -2):
                monkeypatch.setattr(clock, "now", lambda left=left: end - timedelta(days=left))
                tasks.warn_of_certificates()
                company.forget(db.session())
                db.rollback()
                told.append(len(inbox.to("karim.benali@demo.example")))
            assert told == [1, 1, 2, 2, 3, 3]
        first = inbox.to("karim.benali@demo.example")[0]
        assert first["Subject"] == "A certificate for signing in ends"
        assert "The certificate of Annuaire ends on" in first.get_content()
        french = inbox.to("ines.lambert@demo.example")
        assert french[0]["Subject"] == "Un certificat de connexion prend fin"
        assert "a pris fin" in french[-1].get_content()
        assert {mail["To"] for mail in inbox.mails} == {french[0]["To"], first["To"]}


def test_a_mail_server_that_is_away_is_tried_again(
    make_app: Callable[..., Flask], metadata: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(saml_metadata=metadata, mail_url="smtp://127.0.0.1:1")
    with app.app_context():
        factories.make_cast(db.begin_write())
        db.commit()
        monkeypatch.setattr("rse.accounts.connections.WARN_BEFORE", timedelta(days=4000))
        with pytest.raises(Exception, match="cannot be reached"):
            tasks.warn_of_certificates()
        db.rollback()
        fresh, _stages = attention.to_tell(db.session(), clock.now())
        assert len(fresh) == 1  # not told yet: the next run tries again
