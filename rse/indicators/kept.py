"""Published weeks never change: what pages make of the company's is made once a process, and kept."""

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 40  # entries, of about 150 kB at most
SECONDS = 600.0  # names of skills, which stand beside the figures, may change
_made: dict[Hashable, tuple[float, Any]] = {}


def keep(key: Hashable, make: Callable[[], T]) -> T:
    """Give what was made under a key, or make it. The key names the publication, and all else that counts."""
    known = _made.get(key)
    if known is not None and known[0] > time.monotonic():
        found: T = known[1]
        return found
    value = make()
    while len(_made) >= MOST:
        _made.pop(next(iter(_made)), None)
    _made[key] = time.monotonic() + SECONDS, value
    return value
