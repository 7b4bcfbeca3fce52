"""Which rooms a person's sockets are in, by the tokens that the person holds at the moment.

Beside the rooms of tokens there are those of what is on a screen: the presence of people whom one knows
(`presence:ID`), and what every employee may watch (any other name).
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from rse.core.audience import EVERYONE, person_token
from rse.core.sockets import Connected, Sockets

PRESENCE = "presence:"
CHUNK = 250  # people who are looked at without letting others go on
TOKENS = (EVERYONE, "group:", "role:", "conversation:", "circle:")  # beginnings of rooms that are tokens


def joined(person_id: int, tokens: frozenset[str]) -> set[str]:
    """Give the rooms of tokens: of `person:` only one's own, though guests hold those of others."""
    return {person_token(person_id)} | {token for token in tokens if not token.startswith("person:")}


def lost(rooms: Iterable[str], person_id: int, tokens: frozenset[str]) -> set[str]:
    """Give the rooms among these that a person with these tokens may not be in any more."""
    return {room for room in rooms if room != person_token(person_id) and not _may_hear(room, tokens)}


def _may_hear(room: str, tokens: frozenset[str]) -> bool:
    if room.startswith(TOKENS):
        return room in tokens
    if room.startswith(PRESENCE):
        return EVERYONE in tokens or person_token(int(room.removeprefix(PRESENCE))) in tokens
    return EVERYONE in tokens


class Rooms:
    """Moves the sockets of this process; `server` is the Socket.IO server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved: dict[int, float] = {}  # when somebody's sockets were last moved, on the monotonic clock

    def connect(self, server: Any, sid: str, person_id: int, tokens: frozenset[str]) -> None:
        """Let a new socket into the rooms of its person's tokens."""
        with self._lock:
            self._moved[person_id] = time.monotonic()
            for room in joined(person_id, tokens):
                server.enter_room(sid, room, namespace="/")

    def move(self, server: Any, sids: Iterable[str], person_id: int, room: str, *, enters: bool) -> None:
        """Move a person's sockets into a room, or out of it."""
        with self._lock:
            self._moved[person_id] = time.monotonic()
            for sid in sids:
                (server.enter_room if enters else server.leave_room)(sid, room, namespace="/")

    def look(
        self,
        server: Any,
        held: Sockets,
        tokens_of: Callable[[set[int]], Mapping[int, frozenset[str]]],
        pause: Callable[[], object],
    ) -> None:
        """Correct the rooms of all; `pause` ends the reading of some and lets others go on."""
        people = sorted(held.people())
        for start in range(0, len(people), CHUNK):
            read, part = time.monotonic(), set(people[start : start + CHUNK])
            tokens = tokens_of(part)
            self.correct(server, [one for one in held.all() if one.person_id in part], tokens, read)
            pause()

    def correct(
        self, server: Any, sockets: Iterable[Connected], tokens: Mapping[int, frozenset[str]], read: float
    ) -> None:
        """Put sockets in the rooms that these tokens open, and out of all others.

        `read` is when reading the tokens began, on the monotonic clock: whose sockets moved since then are
        left for the next time, for what was read of them may be old.
        """
        for one in sockets:
            with self._lock:
                if one.person_id in tokens and self._moved.get(one.person_id, 0.0) < read:
                    held = set(server.manager.get_rooms(one.sid, "/"))
                    self._correct(server, one, held - {one.sid}, tokens[one.person_id])

    @staticmethod
    def _correct(server: Any, one: Connected, held: set[str], tokens: frozenset[str]) -> None:
        with suppress(KeyError, ValueError):  # it has just gone
            for room in lost(held, one.person_id, tokens):
                server.leave_room(one.sid, room, namespace="/")
            for room in joined(one.person_id, tokens) - held:
                server.enter_room(one.sid, room, namespace="/")


class Index:
    """Which rooms each socket is in, beside the manager's own table of who is in each room.

    Without it a disconnect, and every question for a socket's rooms, walks through all rooms of the process:
    5,000 sockets that went at once cost eight seconds of processor.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._held: defaultdict[tuple[str, str], dict[str | None, None]] = defaultdict(dict)
        self._enter, self._leave = manager.basic_enter_room, manager.basic_leave_room
        vars(manager).update(
            basic_enter_room=self.enter, basic_leave_room=self.leave, basic_disconnect=self.disconnect,
            get_rooms=self.of,
        )  # fmt: skip

    def enter(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Note a room that a socket is in. Raises as the manager does."""
        self._enter(sid, namespace, room, eio_sid=eio_sid)
        self._held[namespace, sid][room] = None

    def leave(self, sid: str, namespace: str, room: str | None) -> None:
        """Forget it."""
        self._leave(sid, namespace, room)
        if (namespace, sid) in self._held:
            self._held[namespace, sid].pop(room, None)

    def of(self, sid: str, namespace: str) -> list[str]:
        """Give the rooms of a socket."""
        return [room for room in list(self._held.get((namespace, sid), ())) if room is not None]

    def disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """Take a socket out of all its rooms, and out of what else the manager notes of it."""
        for room in self._held.pop((namespace, sid), ()):
            self._leave(sid, namespace, room)
        self._manager.callbacks.pop(sid, None)
        for pending in (self._manager.pending_connect, self._manager.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]
