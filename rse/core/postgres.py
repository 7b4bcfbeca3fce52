"""Connections to PostgreSQL under gevent: what waits for an answer is the greenlet, by the cheapest way.

psycopg's own way there is `poll` of gevent: an object, watchers and a timer for each statement, which cost as
much as the statement. Here it is one watcher. A connection that was heard of a moment ago is not asked first
whether it still stands.
"""

from __future__ import annotations

import select
import time
from collections.abc import Generator
from typing import Any

import psycopg
from gevent import get_hub, monkey
from psycopg.pq import TransactionStatus
from psycopg.waiting import WAIT_R, WAIT_RW, WAIT_W, Ready, Wait
from sqlalchemy import Engine, event
from sqlalchemy.exc import InternalError

POLLED = {WAIT_W: select.POLLOUT, WAIT_RW: select.POLLIN | select.POLLOUT}
PREPARED = 300  # statements that a connection keeps prepared: with fewer, each pushes out one still in use
FRESH = 1.0  # seconds since its last answer in which a connection is taken as standing


class Connection(psycopg.Connection[Any]):
    """A connection whose statements wait in gevent's loop, where it serves the process."""

    heard = 0.0  # when its last statement ended, on the monotonic clock

    def wait(self, gen: Generator[Wait, Ready | int, Any], *given: Any, **more: Any) -> Any:
        """Run a conversation with the server to its end."""
        if given or more or not monkey.is_module_patched("select"):
            found = super().wait(gen, *given, **more)
        else:
            found = self._run(gen)
        self.heard = time.monotonic()
        return found

    def _run(self, gen: Generator[Wait, Ready | int, Any]) -> Any:
        file = self.pgconn.socket
        try:
            wants = next(gen)
            while True:
                wants = gen.send(_ready(file, wants))
        except StopIteration as ended:
            return ended.value


def _ready(file: int, wants: Wait) -> Ready:
    """Wait for what psycopg wants of a socket, and say that it is there: at worst it looks in vain."""
    if wants != WAIT_R:  # to write: nearly always possible at once
        look = monkey.get_original("select", "poll")()
        look.register(file, POLLED[wants])
        if look.poll(0):
            return Ready(int(wants))
    hub = get_hub()
    with hub.loop.io(file, int(wants)) as watch:
        hub.wait(watch)
    return Ready(int(wants))


def _require_unbroken(connection: Any) -> None:
    """Let no commit pass of a transaction in which a statement has failed.

    PostgreSQL rolls it back and says so without an error: what was forgiven would be lost and acknowledged.
    Raises InternalError.
    """
    if connection.connection.dbapi_connection.pgconn.transaction_status == TransactionStatus.INERROR:
        failed = psycopg.errors.InFailedSqlTransaction("a statement of this transaction has failed")
        raise InternalError("COMMIT", None, failed)


def prepare(engine: Engine) -> None:
    """Let an engine use such connections."""
    usual = engine.dialect.do_ping

    def connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> Connection:
        made = Connection.connect(*given, **named)
        made.prepared_max = PREPARED
        return made

    def do_ping(connection: Any) -> bool:
        if time.monotonic() - connection.heard < FRESH and not connection.closed:
            return True
        return bool(usual(connection))

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "commit", _require_unbroken)
    vars(engine.dialect)["do_ping"] = do_ping
