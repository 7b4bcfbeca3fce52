"""Sockets: who may connect, which rooms they are in, how they are put out (core.handlers: what they send).

A room is an audience token; its name is made by the server, never sent by a client. Each person's own room is
`person:ID`: a guest holds that token of others to read their cards, and is not let into their rooms for it.
The database is the truth, a socket a hint: clients fetch what they missed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import structlog
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO

from rse.core import db, presence, websocket
from rse.core.admission import answered, origins
from rse.core.audience import Viewer
from rse.core.between import MISSED, Manager
from rse.core.model import encode_id
from rse.core.rooms import Index, Rooms
from rse.core.sockets import Connected, Gate, Pass, Sockets
from rse.core.telling import TELL, Telling
from rse.core.turns import Turnstile
from rse.settings import Settings

log = structlog.get_logger()
MAX_PAYLOAD = 64 * 1024
CHECK_SECONDS = 0.4  # between rounds: a session that has ended anywhere has lost its sockets within a second
REST_EVERY, ROOMS_EVERY = 2, 6  # rounds until counts and presence, and rights ended elsewhere, are seen
MOVE = "rse:move"  # between processes: a person's sockets enter or leave a room

_coming = Turnstile(4)
socketio = SocketIO(manage_session=False)
sockets = Sockets()
rooms = Rooms()
telling = Telling(sockets)
tell = telling.tell
each_round: list[Callable[[set[int]], None]] = []  # what looks into the database for those who are connected


class _State:
    """What belongs to the application of this process."""

    def __init__(self) -> None:
        self.app: Flask | None = None
        self.gate: Gate | None = None
        self.shared = False
        self.presence: presence.Presence = presence.Local()
        self.leaving: set[int] = set()
        self.checked: Flask | None = None  # the application whose checker runs
        self.lock = threading.Lock()


_state = _State()


def init(app: Flask, settings: Settings) -> None:
    """Bind the sockets to the application; WebSocket only, our own origin only, one event after the other."""
    socketio.server_options = {}
    words: dict[str, Callable[..., None]] = {MOVE: _move, MISSED: telling.missed, TELL: telling.here}
    shared = {"client_manager": Manager(settings.redis_url, words)} if settings.redis_url else {}
    socketio.init_app(
        app,
        async_mode=settings.async_mode,
        async_handlers=False,  # events of one client in their order
        cors_allowed_origins=origins(settings),
        transports=["websocket"],
        max_http_buffer_size=MAX_PAYLOAD,
        ping_interval=25,
        ping_timeout=20,
        manage_session=False,
        **shared,
    )
    websocket.mend(socketio.server.eio, MAX_PAYLOAD)
    Index(socketio.server.manager)
    telling.bind(socketio.server, shared=bool(shared))
    socketio.on_event("connect", _connect)
    handlers = socketio.server.handlers["/"]
    handlers["connect"] = answered(handlers["connect"])
    handlers["disconnect"] = _disconnect  # plainly: it needs no request, and thousands may go at once
    _state.app, _state.shared = app, bool(shared)
    _state.presence = presence.make(settings.redis_url)


def guarded_by(gate: Gate) -> None:
    """Register who answers about sessions and tokens (accounts does)."""
    _state.gate = gate


def present_viewer() -> tuple[Viewer, bool] | None:
    """Give who sends the event being handled, as the database knows them now, and whether they may write."""
    connected = sockets.get(sid())
    who = _state.gate.viewer(connected.came_by) if connected and _state.gate else None
    return (who, connected.came_by.writes) if who and connected else None


def viewers(given: set[Pass]) -> Mapping[Pass, Viewer]:
    """Give whose these are now, asked of the database together; see `Gate.viewers`."""
    return _state.gate.viewers(given) if _state.gate else {}


def sid() -> str:
    """Give the socket of the event being handled (Flask-SocketIO puts it on the request)."""
    return str(getattr(request, "sid", ""))


def _connect(auth: Any = None) -> None:
    gate = _state.gate
    token = auth.get("token") if isinstance(auth, dict) else None
    found = (gate.by_token(str(token)) if token else gate.by_cookie()) if gate else None
    db.rollback()
    if found is None:
        raise Refusal("unauthorized")
    who, came_by = found
    _coming.pass_through()
    if not sockets.add(Connected(sid(), who.id, came_by)):
        raise Refusal("too many connections")
    rooms.connect(socketio.server, sid(), who.id, who.tokens)
    _came(who.id)
    _start_checker()


def _disconnect(sid: str, _reason: Any = None) -> None:
    gone = sockets.remove(sid)
    if gone and not sockets.of(gone.person_id):
        with _state.lock:
            _state.leaving.add(gone.person_id)  # going from page to page is not leaving: see _settle


def _came(person_id: int) -> None:
    with _state.lock:
        returning = person_id in _state.leaving
        _state.leaving.discard(person_id)
    if len(sockets.of(person_id)) == 1 and not returning:
        _state.presence.came(person_id)
        send("presence", {"person_id": encode_id(person_id), "state": "online"}, f"presence:{person_id}")


def _start_checker() -> None:
    with _state.lock:
        if _state.app is not None and _state.checked is not _state.app:
            _state.checked = _state.app
            socketio.start_background_task(_check, _state.app)


def _check(app: Flask) -> None:
    """Each round, put out the sockets of sessions that have ended anywhere; until none is left."""
    last, began = set[int](), time.monotonic()
    for turn in count(1):
        socketio.sleep(max(0.05, began + CHECK_SECONDS - time.monotonic()))  # the last one may have been slow
        if _state.checked is not app or _state.app is not app:
            return
        began = time.monotonic()
        _look(app, with_rest=turn % REST_EVERY == 0, with_rooms=turn % ROOMS_EVERY == 0)
        try:
            last = last if turn % REST_EVERY else _settle(last)
        except Exception:
            log.exception("presence could not be told")
        with _state.lock:
            if _state.checked is app and not sockets.people() and not _state.leaving:
                _state.checked = None
                return


def _settle(before: set[int]) -> set[int]:
    """Say of those who left two rounds ago and have not come back that they are away."""
    with _state.lock:
        gone = _state.leaving & before
        _state.leaving -= gone
        waiting = set(_state.leaving)
    for person_id in gone:
        _state.presence.went(person_id)
        if not _state.presence.here([person_id]):
            send("presence", {"person_id": encode_id(person_id), "state": "offline"}, f"presence:{person_id}")
    _state.presence.still(sockets.people())
    return waiting


def here(person_ids: set[int]) -> set[int]:
    """Tell which of these people have the network open."""
    return _state.presence.here(person_ids)


def check_sessions() -> None:
    """Disconnect every socket whose session or token does not stand any more."""
    held = {one.came_by for one in sockets.all()}
    if not held or _state.gate is None:
        return
    ended = held - _state.gate.standing(held)
    db.rollback()
    for one in sockets.all() if ended else ():
        if one.came_by in ended:
            socketio.server.disconnect(one.sid, namespace="/")


def check_rooms() -> None:
    """Put every socket in the rooms that its person's rights open now: they change in other processes too."""
    if _state.gate is not None:
        rooms.look(socketio.server, sockets, _state.gate.tokens, _pause)


def _pause() -> None:
    db.rollback()
    socketio.sleep(0)


def put_out_session(session_id: int) -> None:
    """Look soon, not at the next round, whether the sockets of this session have lost it.

    Not at once: the caller's transaction is open, and nothing may wait between a write and its commit.
    """
    held = any(one.came_by.kind == "session" and one.came_by.id == session_id for one in sockets.all())
    if held:
        look_soon()


def look_soon() -> None:
    """Look in a moment whether every socket of this process still has its session and its rooms."""
    if _state.app is not None and sockets.people():
        socketio.start_background_task(_check_soon, _state.app)


def _check_soon(app: Flask) -> None:
    socketio.sleep(0.05)
    if _state.app is app:
        _look(app)


def _look(app: Flask, *, with_rest: bool = True, with_rooms: bool = True) -> None:
    try:
        with app.app_context():
            check_sessions()
            if with_rooms:
                check_rooms()
            for look in each_round if with_rest else ():
                look(set(sockets.people()))
    except Exception:
        log.exception("check of sockets failed")


def enter(person_id: int, room: str) -> None:
    """Let the sockets of a person into a room: they have just received its token."""
    _tell_all(person_id, room, enters=True)


def leave(person_id: int, room: str) -> None:
    """Take the sockets of a person out of a room, at once."""
    _tell_all(person_id, room, enters=False)


def _tell_all(person_id: int, room: str, *, enters: bool) -> None:
    said: dict[str, Any] = {"person_id": person_id, "room": room, "enters": enters}
    if _state.shared:
        socketio.server.manager.emit(MOVE, said, namespace="/")
    else:
        _move(**said)


def _move(person_id: int, room: str, *, enters: bool) -> None:
    rooms.move(socketio.server, sockets.of(person_id), person_id, room, enters=enters)


def enter_of(sid: str, room: str) -> None:
    """Let a socket into a room, unless it has just gone; the handler has checked its person's right."""
    with suppress(KeyError, ValueError):
        socketio.server.enter_room(sid, room, namespace="/")


def watch(kind: str, rooms: set[str]) -> None:
    """Put the socket of the event being handled in exactly these rooms of a kind (presence)."""
    held = {r for r in socketio.server.rooms(sid(), namespace="/") if str(r).startswith(f"{kind}:")}
    for room in held - rooms:
        socketio.server.leave_room(sid(), room, namespace="/")
    for room in rooms - held:
        socketio.server.enter_room(sid(), room, namespace="/")


def close(room: str) -> None:
    """Empty a room, in every process."""
    socketio.server.close_room(room, namespace="/")


def send(event: str, payload: Any, room: str | list[str], *, skip: str | None = None) -> None:
    """Emit to a room, or once to everyone in several, after the commit; best effort."""
    socketio.emit(event, payload, to=room, skip_sid=skip)


def to_all_here(event: str, payload: Any) -> None:
    """Emit to every socket of this process, and of no other."""
    socketio.server.emit(event, payload, namespace="/", ignore_queue=True)
