"""Which rooms a person's sockets are in, by the tokens that the person holds at the moment.

Beside the rooms of tokens there are those of what is on a screen: the presence of people whom one knows
(`presence:ID`), and what every employee may watch (any other name).
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from rse.core.audience import EVERYONE, person_token
from rse.core.sockets import Connected

PRESENCE = "presence:"
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

    def correct(
        self, server: Any, sockets: Iterable[Connected], tokens: Mapping[int, frozenset[str]], read: float
    ) -> None:
        """Put sockets in the rooms that these tokens open, and out of all others.

        `read` is when reading the tokens began, on the monotonic clock: whose sockets moved since then are
        left for the next time, for what was read of them may be old.
        """
        held: dict[str, set[str]] = defaultdict(set)
        for room, members in list(server.manager.rooms.get("/", {}).items()):
            for sid in list(members) if room is not None else ():
                held[sid].add(str(room))
        for one in sockets:
            with self._lock:
                if one.person_id in tokens and self._moved.get(one.person_id, 0.0) < read:
                    self._correct(server, one, held[one.sid] - {one.sid}, tokens[one.person_id])

    @staticmethod
    def _correct(server: Any, one: Connected, held: set[str], tokens: frozenset[str]) -> None:
        with suppress(KeyError, ValueError):  # it has just gone
            for room in lost(held, one.person_id, tokens):
                server.leave_room(one.sid, room, namespace="/")
            for room in joined(one.person_id, tokens) - held:
                server.enter_room(one.sid, room, namespace="/")
