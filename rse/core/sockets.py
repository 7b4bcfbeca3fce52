"""The sockets of this process: whose they are, by what they came in, and how they are put out."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from rse.core.audience import Viewer

RATE, PER_SECONDS = 60, 10.0  # events a socket may send
PER_PERSON = 20  # sockets of one person in one process


@dataclass(frozen=True, slots=True)
class Pass:
    """By what a socket came in: a browser's session, or a program's token with its scope."""

    kind: Literal["session", "token"]
    id: int
    scope: str = ""

    @property
    def writes(self) -> bool:
        """Tell whether what came in by it may change anything."""
        return self.scope in {"", "write", "admin"}


class Gate(Protocol):
    """What accounts answers about sockets."""

    def by_cookie(self) -> tuple[Viewer, Pass] | None:
        """Give who asks to connect, by the session of their browser."""

    def by_token(self, token: str) -> tuple[Viewer, Pass] | None:
        """Give who asks to connect, by a token."""

    def viewer(self, given: Pass) -> Viewer | None:
        """Give who it belongs to now, None when it has ended."""

    def viewers(self, given: Iterable[Pass]) -> Mapping[Pass, Viewer]:
        """Give who several belong to now; those that have ended, or have to be asked alone, are left out."""

    def standing(self, given: Iterable[Pass]) -> set[Pass]:
        """Tell which of these still stand."""

    def tokens(self, person_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
        """Give the tokens that people hold now; nothing for who is not active any more."""


@dataclass(slots=True)
class Connected:
    """One socket, and when it sent its latest events."""

    sid: str
    person_id: int
    came_by: Pass
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=RATE))

    def allowed(self, now: float | None = None) -> bool:
        """Count an event; False when there are too many in a short time."""
        now = time.monotonic() if now is None else now
        if len(self.sent) == RATE and now - self.sent[0] < PER_SECONDS:
            return False
        self.sent.append(now)
        return True


class Sockets:
    """All sockets of this process, found by their id and by their person."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Connected] = {}
        self._by_person: defaultdict[int, set[str]] = defaultdict(set)
        self._lock = threading.Lock()
        self.gone = 0  # how many have gone since the start
        self.moved = 0.0  # when one last came or went, on the monotonic clock

    def add(self, connected: Connected) -> bool:
        """Take one in; False when its person has too many already."""
        with self._lock:
            theirs = self._by_person[connected.person_id]
            if len(theirs) >= PER_PERSON:
                return False
            theirs.add(connected.sid)
            self._by_sid[connected.sid] = connected
            self.moved = time.monotonic()
            return True

    def remove(self, sid: str) -> Connected | None:
        """Forget one; gives what it was."""
        with self._lock:
            gone = self._by_sid.pop(sid, None)
            if gone is not None:
                self.gone, self.moved = self.gone + 1, time.monotonic()
                self._by_person[gone.person_id].discard(sid)
                if not self._by_person[gone.person_id]:
                    del self._by_person[gone.person_id]
            return gone

    def get(self, sid: str) -> Connected | None:
        """Give one."""
        return self._by_sid.get(sid)

    def of(self, person_id: int) -> list[str]:
        """Give the ids of a person's sockets."""
        with self._lock:
            return list(self._by_person.get(person_id, ()))

    def all(self) -> list[Connected]:
        """Give every socket."""
        with self._lock:
            return list(self._by_sid.values())

    def people(self) -> list[int]:
        """Give everyone who has a socket here."""
        with self._lock:
            return [person_id for person_id, theirs in self._by_person.items() if theirs]

    def clear(self) -> None:
        """Forget all (tests)."""
        with self._lock:
            self._by_sid.clear()
            self._by_person.clear()
