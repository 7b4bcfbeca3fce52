"""What waits to be sent to one socket: bounded, so that a reader who is slow costs no memory without an end.

Above some events, those that mean nothing a moment later are left out; far above, the connection is shut: its
client comes back and asks for what it missed. Engine.IO's own queues have no bound, and its writer empties
them into a list at once, so that nobody sees how much waits: here it takes one after the other.

Most sockets wait for nothing: what is put is then written at once by who puts it (`direct`), and the writer,
a greenlet that would have to be woken for each packet, sleeps on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DROP_ABOVE, SHUT_ABOVE = 128, 1000
EPHEMERAL = ('2["typing"', '2["presence"')  # how their packets begin


class Waiting:
    """A queue of Engine.IO with a bound. `shut` ends the connection; the transport says how."""

    def __init__(self, queue: Any, empty: type[Exception]) -> None:
        self._queue, self._empty = queue, empty
        self._over = False
        self._idle = False  # the writer waits here, and has sent all that it took
        self.shut: Callable[[], None] = lambda: None
        self.direct: Callable[[Any], Any] | None = None  # writes a packet at once, gives what is left of it

    def put(self, item: Any, *_: Any, **__: Any) -> None:
        """Write something at once, or let it wait; None tells the writer to end."""
        waiting = self._queue.qsize()
        if self._idle and not waiting and item is not None and self.direct is not None:
            item = self.direct(item)
            if item is None:
                return
        if item is not None and waiting >= DROP_ABOVE:
            if self._over or _ephemeral(item):
                return
            if waiting >= SHUT_ABOVE:
                self._end()
                return
        self._queue.put(item)

    def _end(self) -> None:
        """Let go of all that waits, end the writer, and shut the connection."""
        self._over = True
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()
        self._queue.put(None)
        self.shut()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Give the next one. Raises what stands for "empty", also when asked for more without waiting.

        Where packets are written at once nobody waits for the next one in vain: the time is without an end,
        and the server's own look at who answers its pings ends what is dead.
        """
        if not block:
            raise self._empty
        self._idle = True
        try:
            return self._queue.get(timeout=None if self.direct else timeout)
        finally:
            self._idle = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)


def _ephemeral(packet: Any) -> bool:
    return isinstance(packet.data, str) and packet.data.startswith(EPHEMERAL)
