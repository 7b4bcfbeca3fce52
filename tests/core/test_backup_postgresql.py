"""On PostgreSQL: the database by the command that `flask backup` prints, files and keys by the backup itself."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, make_url, text

from rse.core import db
from tests import factories, servers
from tests.conftest import build
from tests.core.test_backup import run, stored_ids

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty_url(postgres_server: str) -> Iterator[str]:
    """An empty database, as `createdb` makes it."""
    name = f"e_{uuid4().hex[:12]}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.replace("/postgres", f"/{name}")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def postgres_program(command: str) -> subprocess.CompletedProcess[str]:
    """Run a documented command with the programs of the server that the tests start."""
    name, *arguments = shlex.split(command)
    folder = servers._postgres_bin()
    assert folder is not None
    return subprocess.run([folder / name, *arguments], capture_output=True, text=True, check=True)


def test_dumped_and_restored(
    make_app: Callable[..., Flask],
    postgres_url: str,
    empty_url: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    kept = tmp_path_factory.mktemp("kept")
    url = make_url(postgres_url).set(password="not-to-be-shown")
    app = make_app(database_url=url.render_as_string(hide_password=False))
    with app.app_context():
        amelie = factories.make_cast(db.begin_write())["amelie"].id
        db.commit()
        factories.browser_of(app, amelie).post("/api/v1/posts", json={"kind": "message", "body": "Un texte"})
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / f"{'a' * 32}.jpg").write_bytes(b"picture")
        posts = stored_ids()
        done = run(app, "backup", str(kept / "rse.tar"))
        assert done.exit_code == 0, done.output
        assert "not-to-be-shown" not in done.output
        (dump,) = [line.strip() for line in done.output.splitlines() if line.strip().startswith("pg_dump ")]
        postgres_program(dump)
        db.db.session.remove()
        db.db.engine.dispose()

    there = make_url(empty_url)
    postgres_program(
        f"pg_restore --no-owner --exit-on-error --host={there.host} --port={there.port} --username={there.username} "
        f"--dbname={there.database} {kept / 'rse.dump'}"
    )
    other = tmp_path_factory.mktemp("other")
    copy = build(other, database_url=empty_url)
    with copy.app_context():
        answer = run(copy, "restore", str(kept / "rse.tar"))
        assert answer.exit_code == 0, answer.output
        checked = run(copy, "check")
        assert checked.exit_code == 0, checked.output
        assert stored_ids() == posts
        browser = factories.browser_of(copy, amelie)
        assert browser.get("/").status_code == 200
        assert browser.get("/api/v1/search?q=texte&type=post").json["total"] == len(posts) == 1
        assert (other / "pictures" / f"{'a' * 32}.jpg").read_bytes() == b"picture"
        db.db.session.remove()
        db.db.engine.dispose()


def test_the_database_comes_first(
    make_app: Callable[..., Flask],
    postgres_url: str,
    empty_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    kept = tmp_path_factory.mktemp("kept")
    app = make_app(database_url=postgres_url)
    with app.app_context():
        assert run(app, "backup", str(kept / "rse.tar")).exit_code == 0
        db.db.session.remove()
        db.db.engine.dispose()
    copy = build(tmp_path_factory.mktemp("other"), database_url=empty_url)
    with copy.app_context():
        answer = run(copy, "restore", str(kept / "rse.tar"))
        assert answer.exit_code == 1
        assert "pg_restore" in answer.output
        db.db.session.remove()
        db.db.engine.dispose()
