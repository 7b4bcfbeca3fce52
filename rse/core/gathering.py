"""Work that waits is done together: whoever comes first does it, for all who have come since the last time.

A write costs its questions and its commit, however little it stores. Who comes alone begins at once and waits
for nobody; who comes while others are at it is done with all who wait, by the first of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST = 64  # done together: no transaction grows without an end


@dataclass(slots=True, eq=False)
class _Ticket:
    item: Any
    called: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    result: Any = None


class Gathering(Generic[T]):
    """`act` is given what several have brought and gives a result for each, in the same order.

    Where it fails, each result is None: everybody is told to do their own alone.
    """

    def __init__(self, act: Callable[[Sequence[T]], Sequence[Any]], most: int = MOST) -> None:
        self._act, self._most = act, most
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._busy = False

    def do(self, item: T) -> Any:
        """Have it done, with whatever else waits; gives its result. Hold no transaction meanwhile."""
        mine = _Ticket(item)
        with self._lock:
            self._waiting.append(mine)
            leads, self._busy = not self._busy, True
        if not leads:
            mine.called.wait()
        if not mine.done:
            self._lead(mine)
        return mine.result

    def _lead(self, mine: _Ticket) -> None:
        with self._lock:
            batch = self._waiting[: self._most]
            del self._waiting[: self._most]
        results: Sequence[Any] = ()
        try:
            results = self._act([one.item for one in batch])
        finally:
            self._answer(batch, results, mine)

    def _answer(self, batch: list[_Ticket], results: Sequence[Any], mine: _Ticket) -> None:
        """Let everybody have theirs, and the first of those who came meanwhile be the next."""
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._busy = following is not None
        for at, one in enumerate(batch):
            one.result, one.done = results[at] if at < len(results) else None, True
            if one is not mine:
                one.called.set()
        if following is not None:
            following.called.set()
