"""The database of the application: engine, session and the one way to commit."""

import sqlite3
import threading
from typing import Any

import orjson
from flask import Flask, g, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from rse.core import events, postgres
from rse.core.model import Base
from rse.core.revision import MIGRATIONS

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
BUSY_SECONDS = 15
CONNECT_SECONDS = 5  # to PostgreSQL: a server that is away is told soon

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(db=db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)


def init(app: Flask, url: str) -> None:
    """Bind the application to its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _options(url)
    db.init_app(app)
    if not event.contains(db.session, "after_soft_rollback", _note_undone):
        event.listen(db.session, "after_soft_rollback", _note_undone)
    migrate.init_app(app, db)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        else:
            postgres.prepare(db.engine)


def _read_json(stored: Any) -> Any:
    """Read a JSON value; a number alone comes as one from SQLite."""
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored


def _options(url: str) -> dict[str, Any]:
    usual = {"json_deserializer": _read_json}
    if url.startswith("sqlite"):
        # Connections are many and cheap; a few are kept. Busy writers wait for our own lock first.
        return {
            "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
            "pool_size": 8,
            "max_overflow": 56,
            "hide_parameters": True,  # an error's text goes to logs: no value of a row in it
            **usual,
        }
    connect = {"connect_timeout": CONNECT_SECONDS}
    # All are kept: those above a smaller size would be opened and closed for each request of a busy moment.
    sizes = {"pool_size": 32, "max_overflow": 0, "pool_use_lifo": True, "pool_pre_ping": True}
    return {"connect_args": connect, "hide_parameters": True} | sizes | usual


def _prepare_sqlite(engine: Engine) -> None:
    """Set WAL and foreign keys, take BEGIN in our own hands, and queue the writers of this process.

    A transaction that reads and then writes after another one's commit fails at once, whatever the
    busy timeout; so those that will write say so at their first statement (`rse_write`).
    """
    writer = threading.Lock()

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            "cache_size=-32000",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("rse_write", False)
        if write:
            if not writer.acquire(timeout=BUSY_SECONDS):
                raise TimeoutError("the database is busy")
            connection.info["rse_writer"] = True
        try:
            _say(connection, "BEGIN IMMEDIATE" if write else "BEGIN")
        except BaseException:
            _release(connection)
            raise

    def _release(connection: Any) -> None:
        if connection.info.pop("rse_writer", False):
            writer.release()

    event.listen(engine, "commit", lambda connection: _after(connection, "COMMIT", _release))
    event.listen(engine, "rollback", lambda connection: _after(connection, "ROLLBACK", _release))


def _after(connection: Any, statement: str, release: Any) -> None:
    """End the transaction that we began ourselves, and let the next writer in whatever happens."""
    try:
        if connection.connection.dbapi_connection.in_transaction:
            _say(connection, statement)
    finally:
        release(connection)


def _say(connection: Any, statement: str) -> None:
    """Run a word of transaction control: every request says two, so no statement is built around it.

    Raises OperationalError of SQLAlchemy, as its own statements do.
    """
    try:
        connection.connection.dbapi_connection.execute(statement)
    except sqlite3.Error as error:
        raise OperationalError(statement, None, error) from error


def session() -> Session:
    """Give the session of this request, socket event, job or command.

    In a request with an unsafe method its transaction is one that writes, from the first statement on.
    """
    current: Session = db.session()
    if has_request_context() and request.method not in SAFE and not g.get("reading", False):
        events.begin_write(current)
    return current


def begin_write() -> Session:
    """Give the session in a transaction that writes, for callers outside requests."""
    current: Session = db.session()
    events.begin_write(current)
    return current


UNDONE = "rse_undone"  # in a session: what had happened was rolled back by somebody who did not say so


def _note_undone(current: Session, ended: SessionTransaction) -> None:
    if ended.parent is None and current.info.get("events"):
        current.info[UNDONE] = True


def commit() -> None:
    """Store rows and events together, then deliver live and wake the relay.

    Raises RuntimeError, and stores nothing, when the transaction that the events are of is gone: a read that
    failed and was forgiven has undone it, and who asked for the writes must not be told that they are stored.
    """
    current: Session = db.session()
    if current.info.get(UNDONE):
        rollback()
        raise RuntimeError("the transaction was rolled back before its commit")
    current.commit()
    happened = events.take_live(current)
    if happened:
        events.deliver_live(current, happened)
        current.rollback()
        _wake()


def rollback() -> None:
    """Undo the transaction and forget its events."""
    current: Session = db.session()
    current.rollback()
    events.take_live(current)
    current.info.pop(UNDONE, None)


_wakers: list[Any] = []


def on_events(waker: Any) -> None:
    """Register what starts the relay after a commit with events (core.jobs does)."""
    _wakers[:] = [waker]


def _wake() -> None:
    for waker in _wakers:
        waker()
