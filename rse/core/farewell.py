"""The end of a web process: its sockets are told and let go in batches, so that not all come back at once."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any

from rse.core import live

BATCH, PAUSE = 200, 0.1  # sockets let go together, and seconds until the next ones
WITHIN = 5.0  # seconds over which clients spread their return


def on_end() -> None:
    """Let the sockets go when the server is asked to end; without one (commands, tests) nothing changes."""
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before):
        return

    def end(number: int, frame: Any) -> None:
        # With gevent below sockets that are set to threads, no thread can begin here: the end comes anyway.
        with suppress(AssertionError):
            live.socketio.start_background_task(let_go)
        before(number, frame)

    signal.signal(signal.SIGTERM, end)


def let_go() -> None:
    """Tell every socket of this process when to come back, and end it; nothing is lost by that."""
    server = live.socketio.server
    live.to_all_here("restart", {"within": WITHIN})
    sids = [one.sid for one in live.sockets.all()]
    for start in range(0, len(sids), BATCH):
        for sid in sids[start : start + BATCH]:
            server.disconnect(sid, namespace="/", ignore_queue=True)
        live.socketio.sleep(PAUSE)
