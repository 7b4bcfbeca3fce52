"""Fixtures shared by all tests: the application on SQLite and on PostgreSQL, the cast, browsers."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings as hypothesis
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from rse.administration import attention, reads
from rse.app import create_app
from rse.core import company, db, live, revision
from rse.core.model import Base
from rse.people import deputies
from tests import emptied, factories, kept, servers

# The same examples everywhere, so that an unchanged tree gives the same answer; RSE_HYPOTHESIS=search looks further.
hypothesis.register_profile(
    "same", derandomize=True, print_blob=True, deadline=None
)  # by no clock: machines differ
hypothesis.register_profile("search", derandomize=False, max_examples=1000, deadline=None, print_blob=True)
hypothesis.load_profile(os.environ.get("RSE_HYPOTHESIS", "same"))

# What a process remembers for seconds must not run out between two pages whose queries are counted.
for remembered in (company._settings, deputies._all, reads._standing, attention._needs):
    remembered.seconds = 3600.0

kept.routes()


# The files that take longest, the longest first: begun last, they would leave a worker alone for minutes.
LONG = (
    "browser/test_pages_accessible.py",
    "security/test_api_schema.py",
    "security/test_form_fuzz.py",
    "security/test_api_fuzz.py",
    "demo/test_load_and_clear.py",
    "browser/",
    "deployment/test_one_machine.py",
    "chat/test_real_servers.py",
    "chat/test_soak.py",
    "accounts/test_simplesamlphp.py",
    "accounts/test_openid_real_provider.py",
    "provisioning/",
    "search/",
    "core/test_backup",
    "core/test_upgrade.py",
    "core/test_migrations.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; with --no-loadscope-reorder the workers take them in this order."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((at for at, start in enumerate(LONG) if name.startswith(start)), len(LONG))

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, seldom, not in all that was imported: a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


SECRET = "test-secret-0123456789-abcdefghijklmnop"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


def make_tables(engine: Engine) -> None:
    """Make what the migrations make, faster."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": revision.newest()})


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every table, copied for each test; an empty queue of jobs lies beside it."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app({"secret_key": SECRET, "data_dir": folder})
    with app.app_context():
        make_tables(db.db.engine)
        kept.statements_from(db.db.engine)
        db.db.engine.dispose()
    return folder / "rse.db"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an empty database with every table."""
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE rse_template"))
    admin.dispose()
    engine = create_engine(postgres_server.replace("/postgres", "/rse_template"))
    create_app({"secret_key": SECRET, "data_dir": tmp_path_factory.mktemp("pg")})  # imports every model
    make_tables(engine)
    kept.statements_from(engine)
    engine.dispose()
    return "rse_template"


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str, postgres_template: str) -> emptied.Databases:
    return emptied.Databases(postgres_server, postgres_template)


@pytest.fixture
def postgres_url(postgres_databases: emptied.Databases) -> Iterator[str]:
    """An empty database with every table."""
    name = postgres_databases.take()
    yield postgres_databases.url(name)
    postgres_databases.give_back(name)


def build(data_dir: Path, **overrides: Any) -> Flask:
    values = {
        "secret_key": SECRET,
        "data_dir": data_dir,
        "rate_limits": overrides.get("env") == "production",
        "base_url": "http://localhost",
    }
    app = create_app(values | overrides)
    kept.templates_of(app)
    with app.app_context():
        kept.statements_of(db.db.engine)
        if db.db.engine.dialect.name == "sqlite":
            event.listen(db.db.engine, "connect", _hurry)
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = factories.Client
    return app


def _hurry(connection: Any, _record: Any) -> None:
    """Wait for no disk: what a test has stored need not survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def make_app(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Flask]]:
    """Make an application with settings of one's own, on a fresh SQLite database."""
    made: list[Flask] = []

    def make(**overrides: Any) -> Flask:
        wanted = ("jobs.db",) if "database_url" in overrides else ("jobs.db", "rse.db")
        for name in wanted:
            if not (tmp_path / name).exists():
                shutil.copyfile(sqlite_template.with_name(name), tmp_path / name)
        app = build(tmp_path, **overrides)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.db.session.remove()
            db.db.engine.dispose()
    live.sockets.clear()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application on SQLite, in its context."""
    app = make_app()
    with app.app_context():
        yield app


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_app(request: pytest.FixtureRequest, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application on each database."""
    overrides = (
        {"database_url": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    )
    app = make_app(**overrides)
    with app.app_context():
        yield app


@pytest.fixture
def session(app: Flask) -> Session:
    """The database session of `app`; commit what you make before a request sees it."""
    found: Session = db.db.session()
    return found


@pytest.fixture
def cast(session: Session) -> dict[str, int]:
    """Ids of the seven of the cast, stored."""
    people = factories.make_cast(session)
    session.commit()
    return {key: person.id for key, person in people.items()}


@pytest.fixture
def browser_as(app: Flask, cast: dict[str, int]) -> Callable[[str], factories.Client]:
    """Give a browser signed in as one of the cast."""
    return lambda name: factories.browser_of(app, cast[name])
