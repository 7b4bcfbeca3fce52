"""The migrations make what the models say, on both databases, and can be undone by a step."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import NullPool, create_engine, text

from rse.core import db
from rse.core.model import Base

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without a table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        name = f"m_{uuid4().hex[:12]}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.replace("/postgres", f"/{name}")
    app = make_app(database_url=url)
    with app.app_context():
        yield app


def differences() -> list[object]:
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_upgrade_makes_what_the_models_say(empty: Flask) -> None:
    upgrade(directory=str(ROOT / "migrations"))
    assert differences() == []


def test_downgrade_one_step_and_up_again(empty: Flask) -> None:
    upgrade(directory=str(ROOT / "migrations"))
    downgrade(directory=str(ROOT / "migrations"), revision="-1")
    assert differences() != []  # whichever step is the last one
    upgrade(directory=str(ROOT / "migrations"))
    assert differences() == []


def test_names_that_were_there_are_folded(empty: Flask) -> None:
    upgrade(directory=str(ROOT / "migrations"), revision="0001")
    with db.db.engine.begin() as connection:
        connection.execute(
            text(
                """INSERT INTO "group" (id, slug, name, description, visibility, purpose, audience, posts_audience,
                member_count, post_count, created_at, version, demo) VALUES (1, 'equipe', 'Équipe', '', 'open',
                'professional', 'everyone', 'everyone', 0, 0, '2026-01-01 00:00:00.000000', 1, false)"""
            )
        )
    upgrade(directory=str(ROOT / "migrations"))
    with db.db.engine.connect() as connection:
        assert connection.execute(text('SELECT folded FROM "group"')).scalar_one() == "equipe"
    downgrade(directory=str(ROOT / "migrations"), revision="0001")
    with db.db.engine.connect() as connection:
        assert connection.execute(text('SELECT name FROM "group"')).scalar_one() == "Équipe"
