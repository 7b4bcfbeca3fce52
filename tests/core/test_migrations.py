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
