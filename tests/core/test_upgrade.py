"""A database of the first revision, with people's data in it, comes to the present one, back by a step, and again."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, NullPool, create_engine, inspect, text

from rse.core import db, jobs, revision
from rse.core.model import Base, encode_id
from tests import factories
from tests.conftest import build
from tests.core.test_backup import run

FIRST = "0001"
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def written(app: Flask, cast: dict[str, int]) -> Rows:
    """What a few people have written, read from a database of the present revision."""
    amelie, karim = (factories.browser_of(app, cast[name]) for name in ("amelie", "karim"))

    def say(browser: Any, path: str, method: str = "post", **body: Any) -> Any:
        answer = getattr(browser, method)(f"/api/v1{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json

    group = say(
        amelie, "/groups", name="Équipe paie", description="", visibility="closed", purpose="professional"
    )
    say(amelie, "/me/skills", "put", skills=[{"label": "Comptabilité", "level": 3}])
    body = "Bonjour @karim.benali #paie"
    post = say(amelie, "/posts", kind="question", title="Qui sait ?", body=body)
    say(amelie, "/posts", kind="message", body="Dans le groupe", group=group["slug"])
    say(karim, f"/posts/{post['id']}/comments", body="Moi.")
    talk = say(karim, "/conversations", member_ids=[encode_id(cast["amelie"])], title="À deux")
    say(karim, f"/conversations/{talk['id']}/messages", body="Tu as vu ?", client_id="c1")
    jobs.drain()
    session = db.db.session()
    rows = {
        table.name: [dict(row._mapping) for row in session.execute(sa.select(table))]
        for table in Base.metadata.sorted_tables
    }
    db.db.session.remove()
    assert {"person", "group", "post", "comment", "message", "session"} <= {
        name for name in rows if rows[name]
    }
    return rows


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(
    request: pytest.FixtureRequest, written: Rows, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An installation of the first revision that holds these rows."""
    overrides: dict[str, Any] = {}
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        name = f"u_{uuid4().hex[:12]}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        overrides = {"database_url": server.replace("/postgres", f"/{name}")}
    installation = build(tmp_path_factory.mktemp("old"), **overrides)
    with installation.app_context():
        upgrade(directory=str(revision.MIGRATIONS), revision=FIRST)
        fill(db.db.engine, written)
        yield installation
        db.db.session.remove()
        db.db.engine.dispose()


def fill(engine: Engine, rows: Rows) -> None:
    """Insert what fits: the tables and columns that there are at that revision."""
    has = inspect(engine)
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            if not rows[table.name] or not has.has_table(table.name):
                continue
            known = {column["name"] for column in has.get_columns(table.name)}
            columns = [sa.column(c.name, c.type) for c in table.columns if c.name in known]
            values = [{c.name: row[c.name] for c in columns} for row in rows[table.name]]
            connection.execute(sa.insert(sa.table(table.name, *columns)), values)
            serial = None if sqlite else numbered(connection, table.name)
            if serial:
                connection.execute(text(f"SELECT setval('{serial}', (SELECT max(id) FROM \"{table.name}\"))"))
        connection.commit()
        if sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def numbered(connection: sa.Connection, table: str) -> str | None:
    """Give the sequence that numbers a table's rows."""
    if "id" not in {column["name"] for column in inspect(connection).get_columns(table)}:
        return None
    found: str | None = connection.scalar(text(f"SELECT pg_get_serial_sequence('\"{table}\"', 'id')"))
    return found


def counts(tables: set[str]) -> dict[str, int]:
    with db.db.engine.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in sorted(tables)
        }


def go(app: Flask, *arguments: str) -> None:
    answer = run(app, "db", *arguments)
    assert answer.exit_code == 0, answer.output


def answers(app: Flask, people: dict[str, int]) -> None:
    """The pages that people open first, and what they find there."""
    amelie, ines = (factories.browser_of(app, people[uid]) for uid in ("amelie.rousseau", "ines.lambert"))
    for path in ("/", "/people", "/groups", "/groups/equipe-paie", "/settings/sessions", "/readyz"):
        assert amelie.get(path).status_code in {200, 503 if path == "/readyz" else 200}, path
    assert "Qui sait" in amelie.get("/").text
    assert amelie.get("/api/v1/conversations").json["items"]
    assert amelie.get("/api/v1/me").json["skills"]
    assert ines.get("/admin").status_code == 200
    sent = amelie.post("/api/v1/posts", json={"kind": "message", "body": "Après la mise à jour"})
    assert sent.status_code == 201, sent.text


def test_upgraded_with_data_back_by_a_step_and_again(old: Flask, written: Rows) -> None:
    people = {row["uid"]: row["id"] for row in written["person"]}
    tables = {name for name in inspect(db.db.engine).get_table_names() if written.get(name)}
    before = counts(tables)
    assert before == {name: len(written[name]) for name in tables}
    go(old, "upgrade")
    assert counts(tables) == before
    assert revision.problem(db.session()) is None
    db.rollback()
    answers(old, people)
    after = counts(tables)
    go(old, "downgrade")
    assert revision.present(db.session()) != revision.newest()
    db.rollback()
    go(old, "upgrade")
    assert counts(tables) == after
    answers(old, people)


def test_back_to_the_first_revision_without_loss(old: Flask, written: Rows) -> None:
    tables = {name for name in inspect(db.db.engine).get_table_names() if written.get(name)}
    before = counts(tables)
    upgrade(directory=str(revision.MIGRATIONS))
    downgrade(directory=str(revision.MIGRATIONS), revision=FIRST)
    assert counts(tables) == before
    assert revision.present(db.session()) == FIRST
