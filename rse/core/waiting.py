"""What waits to be sent to one socket: bounded, so that a reader who is slow costs no memory without an end.

Above some events, those that mean nothing a moment later are left out; far above, the connection is shut: its
client comes back and asks for what it missed. Engine.IO's own queues have no bound, and its writer empties
them into a list at once, so that nobody sees how much waits: here it takes one after the other.
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
        self.shut: Callable[[], None] = lambda: None

    def put(self, item: Any, *_: Any, **__: Any) -> None:
        """Let something wait; None tells the writer to end."""
        waiting = self._queue.qsize()
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
        """Give the next one. Raises what stands for "empty", also when asked for more without waiting."""
        if not block:
            raise self._empty
        return self._queue.get(timeout=timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)


def _ephemeral(packet: Any) -> bool:
    return isinstance(packet.data, str) and packet.data.startswith(EPHEMERAL)
