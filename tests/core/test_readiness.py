"""Whatever fails is named, by /readyz (503) and by `flask check`, and hides nothing of the rest."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from rse.core import clock, db, health, jobs, revision
from tests import servers
from tests.core.test_backup import run


def failing(app: Flask) -> dict[str, str]:
    answer = app.test_client().get("/readyz")
    named: dict[str, str] = answer.get_json()["failing"]
    assert answer.status_code == (503 if named else 200)
    assert answer.get_json()["ready"] is not bool(named)
    return named


def check(app: Flask, *options: str) -> tuple[int, str]:
    answer = run(app, "check", *options)
    return answer.exit_code, answer.output


def test_everything_works(any_app: Flask) -> None:
    jobs.beat("worker")
    assert failing(any_app) == {}
    assert check(any_app, "--running")[0] == 0


def test_the_database_is_away(make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url=f"postgresql+psycopg://rse@127.0.0.1:{servers.free_port()}/rse")
    with app.app_context():
        assert failing(app) == {"database": "unreachable: OperationalError"}
        status, said = check(app)
        assert (status, "database: unreachable" in said) == (1, True)


def test_the_tables_are_behind(any_app: Flask) -> None:
    jobs.beat("worker")
    db.begin_write().execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.commit()
    assert list(failing(any_app)) == ["revision"]
    said = check(any_app)[1]
    assert f"the database is at 0001, this version needs {revision.newest()}" in said
    assert "flask db upgrade" in said


def test_the_tables_are_those_of_a_newer_version(app: Flask) -> None:
    db.begin_write().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    db.commit()
    status, said = check(app)
    assert (status, "a newer one made it" in said) == (1, True)


def test_there_are_no_tables(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    with app.app_context():
        assert "the database has no revision" in failing(app)["revision"]
        assert check(app)[0] == 1


@pytest.mark.redis
def test_redis_is_away(make_app: Callable[..., Flask]) -> None:
    with servers.redis() as url:
        app = make_app(redis_url=url)
        with app.app_context():
            jobs.beat("worker")
            assert failing(app) == {}
    with app.app_context():
        assert failing(app) == {"queue": "ConnectionError"}
        status, said = check(app)
        assert (status, "queue: ConnectionError" in said) == (1, True)


def test_the_index_is_missing(app: Flask, browser_as: Callable[[str], Any], tmp_path: Path) -> None:
    browser_as("amelie").post("/api/v1/posts", json={"kind": "message", "body": "Bonjour"})
    jobs.drain()
    jobs.beat("worker")
    assert failing(app) == {}
    shutil.rmtree(tmp_path / "search")
    assert list(failing(app)) == ["search_index"]
    assert check(app)[0] == 1


def test_the_worker_is_silent(any_app: Flask) -> None:
    jobs.beat("worker")
    db.begin_write().execute(update(jobs.Heartbeat).values(at=clock.now() - timedelta(minutes=4)))
    db.commit()
    assert failing(any_app) == {"worker": "silent"}
    assert check(any_app)[0] == 0, "before the start nothing runs: that is no fault of the configuration"
    status, said = check(any_app, "--running")
    assert (status, "worker: silent" in said) == (1, True)


def test_the_disk_is_nearly_full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.beat("worker")
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage._replace(free=300_000_000))
    assert failing(app) == {"disk": "nearly full: 300 MB are free"}
    assert check(app)[0] == 1


@pytest.mark.postgres
def test_the_data_directory_cannot_be_written(
    make_app: Callable[..., Flask], postgres_url: str, tmp_path: Path
) -> None:
    """Whoever runs the tests may write everywhere: so it is away, as a network folder that is not mounted."""
    app = make_app(database_url=postgres_url)
    with app.app_context():
        jobs.beat("worker")
        shutil.rmtree(tmp_path)
        named = failing(app)
        assert named["data_dir"] == "cannot be written: FileNotFoundError"
        assert check(app)[0] == 1
        tmp_path.mkdir(exist_ok=True)  # the search may have made it anew


def test_nothing_of_the_machine_is_told(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(database_url="postgresql+psycopg://rse:very-secret@127.0.0.1:1/rse", env="development")
    with app.app_context():
        told = app.test_client().get("/readyz").text + check(app)[1]
        assert "very-secret" not in told
        assert str(tmp_path) not in told
