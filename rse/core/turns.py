"""Taking turns where one thread serves every connection (gevent).

A connection that is kept open and whose next request is there already is otherwise served again and again
before those that wait: with four of them, asking for pages of 4 ms, one answer in ten took over 200 ms.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from gevent import monkey

PAUSE = 0.0001  # seconds; above none, so that the loop asks the kernel who else is ready
SOCKETS = "/socket.io/"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turnstile:
    """Lets a few through at each turn of the loop.

    Thousands of sockets that come or go together are all ready at the same turn, and whoever asked for a page
    would wait for every one of them, at each of its own turns again. Threads have no loop: there it is open.
    """

    def __init__(self, at_once: int) -> None:
        self._few = threading.Semaphore(at_once)

    def pass_through(self) -> None:
        """Wait for one's turn. What follows, until it waits for something, is done in it."""
        if monkey.is_module_patched("threading"):
            with self._few:
                gevent.sleep(0)


class Turns:
    """A WSGI application that lets those who are ready go first, once, before each request.

    Sockets that come are let in a few at a time.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self._sockets = Turnstile(4)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer after a pause; no session or transaction is open yet that could be held meanwhile."""
        if environ.get("PATH_INFO", "").startswith(SOCKETS):
            self._sockets.pass_through()
        else:
            gevent.sleep(PAUSE)
        return self.application(environ, start_response)
