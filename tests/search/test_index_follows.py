"""The index follows the database through the outbox: coalesced, repeatable, and never behind what it says."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from rse.core import db, jobs
from rse.core.events import Delivery
from rse.groups import service as groups
from rse.groups.events import GroupChanged
from rse.groups.models import Group
from rse.search import service, tasks
from rse.search.current import backend, sources
from rse.search.engine import SearchQuery, Unusable
from tests.factories import Client, viewer_of

As = Callable[[str], Client]
EVERYONE = frozenset({"everyone"})


def found(text: str, audience: frozenset[str] = EVERYONE) -> list[str]:
    return [one.key for one in backend().search(SearchQuery(text, audience)).found]


def make_group(cast: dict, name: str, visibility: str = "open") -> int:
    group = groups.create(
        db.begin_write(),
        viewer_of(cast["amelie"]),
        name=name,
        description="",
        visibility=visibility,
        purpose="professional",
    )
    number = group.id
    db.commit()
    return number


def waiting() -> int:
    query = select(func.count()).select_from(Delivery).where(Delivery.subscriber == tasks.SUBSCRIBER)
    return db.session().scalar(query) or 0


def test_what_is_published_is_found_after_the_relay(app: Flask, cast: dict) -> None:
    number = make_group(cast, "Atelier boulangerie")
    assert waiting() == 1
    jobs.drain()
    assert found("boulangerie") == [f"group:{number}"]
    assert waiting() == 0


def test_many_events_of_one_object_are_one_document_with_its_present_state(
    app: Flask, cast: dict, monkeypatch
) -> None:
    number = make_group(cast, "Ancien nom")
    jobs.drain()
    batches = []
    write = type(backend())._write
    monkeypatch.setattr(
        type(backend()), "_write", lambda self, batch: (batches.append(batch), write(self, batch))
    )
    db.begin_write().execute(update(Group).where(Group.id == number).values(name="Nouveau nom"))
    db.commit()
    service.update(db.session(), backend(), sources(), [GroupChanged(number)] * 7)
    assert [len(batch.put) for batch in batches] == [1]
    assert found("ancien") == []
    assert found("nouveau") == [f"group:{number}"]


def test_a_batch_that_is_handed_twice_changes_nothing(app: Flask, cast: dict) -> None:
    number = make_group(cast, "Atelier couture")
    jobs.drain()
    for _ in range(2):
        service.update(db.session(), backend(), sources(), [GroupChanged(number), GroupChanged(number + 1)])
    assert found("couture") == [f"group:{number}"]


def test_what_is_gone_leaves_the_index(app: Flask, cast: dict) -> None:
    number = make_group(cast, "Atelier poterie")
    jobs.drain()
    session = db.begin_write()
    session.delete(session.get(Group, number))
    db.commit()
    service.update(db.session(), backend(), sources(), [GroupChanged(number)])
    assert found("poterie") == []


def test_a_failed_commit_of_the_index_keeps_the_delivery(app: Flask, cast: dict, monkeypatch) -> None:
    number = make_group(cast, "Atelier reliure")

    def full(self, batch):
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        backend().reindex([], lambda keys: service.Batch())
        broken.setattr(type(backend()), "_write", full)
        jobs.drain()
        assert waiting() == 1
    db.begin_write().execute(update(Delivery).values(not_before=datetime(2026, 1, 1, tzinfo=UTC)))
    db.commit()
    jobs.drain()
    assert found("reliure") == [f"group:{number}"]
    assert waiting() == 0


def test_an_index_that_is_missing_is_built_by_the_worker(app: Flask, cast: dict) -> None:
    number = make_group(cast, "Atelier vannerie")
    db.begin_write().execute(Delivery.__table__.delete())
    db.commit()
    assert tasks.search_index() == "there is no search index yet"
    tasks.tend()
    assert tasks.search_index() is None
    assert found("vannerie") == [f"group:{number}"]


def test_an_empty_application_is_ready_without_index(app: Flask) -> None:
    assert tasks.search_index() is None


def test_an_index_that_cannot_be_written_is_not_written_in_silence(app: Flask, cast: dict) -> None:
    with pytest.raises(Unusable):
        service.update(db.session(), backend(), sources(), [GroupChanged(1)])


def test_the_lag_is_told(app: Flask, cast: dict, browser_as: As) -> None:
    assert tasks.lag() == 0
    make_group(cast, "Atelier photo")
    assert tasks.lag() > 0
    assert "rse_search_lag_seconds" in app.test_client().get("/metrics").text
    jobs.drain()
    assert tasks.lag() == 0


def test_the_command_rebuilds_with_progress(app: Flask, cast: dict, tmp_path: Path) -> None:
    numbers = [make_group(cast, f"Atelier numéro {n}") for n in range(3)]
    assert found("atelier") == []
    done = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert done.exit_code == 0, done.output
    assert set(found("atelier")) == {f"group:{n}" for n in numbers}
    assert "documents in" in done.output


def test_a_group_that_becomes_secret_leaves_other_peoples_results_at_once(
    app: Flask, cast: dict, browser_as: As
) -> None:
    make_group(cast, "Projet Zéphyr")
    jobs.drain()
    karim = browser_as("karim")
    assert karim.get("/api/v1/search?q=zephyr").get_json()["items"]
    session = db.begin_write()
    group = session.scalars(select(Group)).one()
    groups.edit(session, viewer_of(cast["amelie"]), group, visibility="secret")
    db.commit()
    # The index still says that everybody may read it; the row does not.
    answer = karim.get("/api/v1/search?q=zephyr").get_json()
    assert (answer["items"], answer["total"]) == ([], 0)
    assert "Zéphyr" not in karim.get("/search?q=zephyr").text
    jobs.drain()
    assert karim.get("/api/v1/search?q=zephyr").get_json()["total"] == 0
    assert browser_as("amelie").get("/api/v1/search?q=zephyr").get_json()["total"] == 1
