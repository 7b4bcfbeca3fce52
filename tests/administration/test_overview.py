"""The overview names each part, and what to do about what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from rse.accounts.models import Person
from rse.core import clock, db, events, jobs
from tests import factories


def test_names_what_is_wrong_and_the_remedy(any_app: Flask) -> None:
    ines = factories.make_cast(db.begin_write())["ines"].id
    db.commit()
    browser = factories.browser_of(any_app, ines)
    html = browser.get("/admin").text
    assert "Il n’a jamais démarré." in html
    assert "systemctl start rse-worker" in html
    assert "Aucun fournisseur d’identité n’est raccordé" in html
    jobs.beat("worker")
    html = browser.get("/admin").text
    assert "Il tourne" in html
    assert "systemctl start rse-worker" not in html


def test_silent_worker_is_seen(browser_as: Callable[[str], Any], app: Flask) -> None:
    jobs.beat("worker")
    db.begin_write().execute(update(jobs.Heartbeat).values(at=clock.now() - timedelta(minutes=10)))
    db.commit()
    assert "Silencieux depuis" in browser_as("ines").get("/admin").text


def test_dead_letters_are_counted(browser_as: Callable[[str], Any], app: Flask) -> None:
    session = db.begin_write()
    stored = events.StoredEvent(name="feed.Nothing", subject="x:1", payload="{}", at=clock.now())
    session.add(stored)
    session.flush()
    owed = {"event_id": stored.id, "subscriber": "search.index", "subject": "x:1", "not_before": clock.now()}
    session.add(events.Delivery(**owed, dead=True, attempts=8, error="RuntimeError: no"))
    db.commit()
    assert "1 livraison a été abandonnée." in browser_as("ines").get("/admin").text


def state(html: str, key: str) -> str:
    return html.split(f'id="state-{key}"', maxsplit=1)[1].partition("</li>")[0]


def test_who_stands_alone_is_said(browser_as: Callable[[str], Any], cast: dict[str, int]) -> None:
    ines = browser_as("ines")
    alone = state(ines.get("/admin").text, "charge")
    for words in ("qu’un administrateur", "approuver une lecture privée", "qu’un modérateur"):
        assert words in alone
    assert "Personne d’autre ne pourrait approuver" in ines.get("/admin/reads").text
    for name, role in (("karim", "dpo"), ("sofia", "moderator"), ("claire", "admin")):
        person = db.begin_write().get_one(Person, cast[name])
        person.roles = person.roles | {role}
        db.commit()
    assert "administrateurs 2, modérateurs 2" in state(ines.get("/admin").text, "charge")
    assert "Personne d’autre ne pourrait approuver" not in ines.get("/admin/reads").text


def test_the_age_of_the_backup_is_said(
    browser_as: Callable[[str], Any], app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ines = browser_as("ines")
    assert "Aucune n’a encore été faite." in state(ines.get("/admin").text, "backup")
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path_factory.mktemp("backups") / "one.tar")])
    assert done.exit_code == 0, done.output
    assert "La dernière date du" in state(ines.get("/admin").text, "backup")
    assert "rse-backup.timer" not in state(ines.get("/admin").text, "backup")
    db.begin_write().execute(update(jobs.Heartbeat).values(at=clock.now() - timedelta(days=3)))
    db.commit()
    assert "rse-backup.timer" in state(ines.get("/admin").text, "backup")


def test_speaks_english_too(browser_as: Callable[[str], Any], cast: dict[str, int]) -> None:
    db.begin_write().execute(update(Person).where(Person.id == cast["ines"]).values(locale="en"))
    db.commit()
    html = browser_as("ines").get("/admin").text
    assert "It never started." in html
    assert "Storage" in html
