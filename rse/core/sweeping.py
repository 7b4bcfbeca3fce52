"""When the process looks for garbage that holds itself, where one thread serves everybody (gevent).

Python looks through every object whenever a quarter more of them have stayed: with thousands of sockets that
takes a second, in which nobody has an answer, again and again while they come. Here what is loaded at the
start is left out, and the rest is looked through when many sockets have gone and nobody comes or goes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import gevent
from gevent import monkey

from rse.core.live import sockets
from rse.core.sockets import Sockets

YOUNG = (20_000, 20, 1_000_000)  # young objects are looked through as ever, old ones only here
MANY, SHARE = 500, 0.25  # sockets that have gone, at least, and of those that stand
QUIET, PATIENCE = 3.0, 60.0  # seconds without one that comes or goes; and how long that is waited for
AT_LEAST_EVERY = 600.0  # seconds


class Sweeper:
    """Decides when; `collect` does it, `clock` gives seconds."""

    def __init__(
        self,
        held: Sockets,
        collect: Callable[[], object] = gc.collect,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sockets, self._collect, self._clock = held, collect, clock
        self._last, self._seen = clock(), held.gone
        self._due_since: float | None = None

    def look(self) -> bool:
        """Sweep if it is time; tells whether it was."""
        now, gone = self._clock(), self._sockets.gone - self._seen
        if gone >= max(MANY, SHARE * len(self._sockets.all())) or now - self._last >= AT_LEAST_EVERY:
            self._due_since = self._due_since or now
        if self._due_since is None:
            return False
        if now - self._sockets.moved < QUIET and now - self._due_since < PATIENCE:
            return False
        self._collect()
        self._last, self._seen, self._due_since = self._clock(), self._sockets.gone, None
        return True


def begin() -> None:
    """Take it over from Python, in a process that gunicorn serves by gevent; once all is loaded."""
    if not monkey.is_module_patched("threading"):
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)
    gevent.spawn(_watch, Sweeper(sockets))


def _watch(sweeper: Sweeper) -> None:
    while True:
        gevent.sleep(1)
        sweeper.look()
