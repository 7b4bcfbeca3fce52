"""Sockets: who may connect, which rooms they are in, and how they are put out at once.

A room is an audience token (or `session:ID`); its name is made by the server, never sent by a client.
The database is the truth, a socket a hint: clients fetch what they missed.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import structlog
from flask import Flask, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO, disconnect
from pydantic import BaseModel, ValidationError

from rse.core import db, i18n
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import errors_of
from rse.settings import Settings

log = structlog.get_logger()
MAX_PAYLOAD = 64 * 1024
RATE, PER_SECONDS = 60, 10.0  # events a socket may send
CHECK_SECONDS = 1.0  # how soon a session that has ended loses its sockets
SOCKETS_PER_PERSON = 20

socketio = SocketIO(manage_session=False)


@dataclass
class Connected:
    """A socket of this process: whose it is, by which session, and what it sent lately."""

    sid: str
    viewer: Viewer
    session_id: int
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=RATE))


_by_sid: dict[str, Connected] = {}
_by_person: dict[int, set[str]] = defaultdict(set)
_checks: list[Callable[[Iterable[int]], set[int]]] = []
_joins: list[Callable[[Viewer], Iterable[str]]] = []


_apps: list[Flask] = []


def _sid() -> str:
    """Give the socket of the event being handled (Flask-SocketIO puts it on the request)."""
    return str(getattr(request, "sid", ""))


def init(app: Flask, settings: Settings) -> None:
    """Bind the sockets to the application; WebSocket only, our own origin only."""
    socketio.init_app(
        app,
        async_mode=settings.async_mode,
        message_queue=settings.redis_url or None,
        cors_allowed_origins=[settings.base_url],
        transports=["websocket"],
        max_http_buffer_size=MAX_PAYLOAD,
        ping_interval=25,
        ping_timeout=20,
    )
    socketio.on_event("connect", _connect)
    socketio.on_event("disconnect", _disconnect)
    app.extensions["rse_live_checker"] = False
    _apps[:] = [app]


def on_connect(rooms: Callable[[Viewer], Iterable[str]]) -> None:
    """Register what further rooms a connecting viewer enters (conversations)."""
    _joins.append(rooms)


def alive(check: Callable[[Iterable[int]], set[int]]) -> None:
    """Register what tells which session ids still stand (accounts does)."""
    _checks[:] = [check]


def _connect(_auth: Any = None) -> None:
    who: Viewer | None = getattr(current_user, "viewer", None)
    session_id = getattr(current_user, "session_id", None)
    if who is None or session_id is None:
        raise Refusal("unauthorized")
    if len(_by_person[who.id]) >= SOCKETS_PER_PERSON:
        raise Refusal("too many connections")
    sid: str = _sid()
    _by_sid[sid] = Connected(sid, who, session_id)
    _by_person[who.id].add(sid)
    for room in {*who.tokens, f"session:{session_id}", *(r for rooms in _joins for r in rooms(who))}:
        socketio.server.enter_room(sid, room, namespace="/")
    db.rollback()
    _start_checker()


def _disconnect(_reason: Any = None) -> None:
    gone = _by_sid.pop(_sid(), None)
    if gone:
        _by_person[gone.viewer.id].discard(gone.sid)
        if not _by_person[gone.viewer.id]:
            _by_person.pop(gone.viewer.id, None)


def _start_checker() -> None:
    app = _apps[0]
    if not app.extensions["rse_live_checker"] and _checks:
        app.extensions["rse_live_checker"] = True
        socketio.start_background_task(_check_forever, app)


def _check_forever(app: Flask) -> None:
    """Put out the sockets of sessions that ended elsewhere: another process, a command, their age."""
    while True:
        socketio.sleep(CHECK_SECONDS)
        try:
            with app.app_context():
                check_sessions()
        except Exception:
            log.exception("session check failed")


def check_sessions() -> None:
    """Disconnect every socket whose session does not stand any more."""
    held = {c.session_id for c in _by_sid.values()}
    if not held or not _checks:
        return
    ended = held - _checks[0](held)
    db.rollback()
    for connected in [c for c in _by_sid.values() if c.session_id in ended]:
        put_out(connected.sid)


def put_out(sid: str) -> None:
    """Disconnect one socket of this process."""
    socketio.server.disconnect(sid, namespace="/")


def put_out_session(session_id: int) -> None:
    """Disconnect the sockets of a session."""
    for connected in [c for c in _by_sid.values() if c.session_id == session_id]:
        put_out(connected.sid)


def sockets_of(person_id: int) -> list[str]:
    """Give the sockets of a person in this process."""
    return list(_by_person.get(person_id, ()))


def enter(person_id: int, room: str) -> None:
    """Let the sockets of a person into a room: they have just received its token."""
    for sid in sockets_of(person_id):
        socketio.server.enter_room(sid, room, namespace="/")


def leave(person_id: int, room: str) -> None:
    """Take the sockets of a person out of a room, at once."""
    for sid in sockets_of(person_id):
        socketio.server.leave_room(sid, room, namespace="/")


def send(event: str, payload: Any, room: str, skip: str | None = None) -> None:
    """Emit to a room after the commit; best effort."""
    socketio.emit(event, payload, to=room, skip_sid=skip)


def allowed(sid: str, now: float | None = None) -> bool:
    """Count an event of a socket; False when it sends too many."""
    connected = _by_sid.get(sid)
    if connected is None:
        return False
    now = time.monotonic() if now is None else now
    if len(connected.sent) == RATE and now - connected.sent[0] < PER_SECONDS:
        return False
    connected.sent.append(now)
    return True


def failure(title: str, status: int, errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Write the refusal of a socket event, in the form of a REST problem."""
    error: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    return {"ok": False, "error": {**error, "errors": errors} if errors else error}


def handler(
    event: str, schema: type[BaseModel], *, writes: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a socket event. The function gets (viewer, input) and returns what the acknowledgement says.

    The session is asked of the database each time (what the socket saw at its connection is old).
    """

    def register(function: Callable[[Viewer, Any], dict[str, Any]]) -> Callable[..., Any]:
        @wraps(function)
        def handle(data: Any = None) -> dict[str, Any]:
            try:
                return _run(function, schema, data, writes=writes)
            finally:
                db.rollback()

        socketio.on_event(event, handle)
        return function

    return register


def _run(
    function: Callable[[Viewer, Any], dict[str, Any]],
    schema: type[BaseModel],
    data: Any,
    *,
    writes: bool,
) -> dict[str, Any]:
    sid: str = _sid()
    if not allowed(sid):
        return failure(_("Too many requests in a short time. Wait a moment and try again."), 429)
    if writes:
        db.begin_write()
    viewer = _present_viewer(sid)
    if viewer is None:
        disconnect()
        return failure(_("Please sign in"), 401)
    i18n.use(viewer.locale, viewer.timezone)
    try:
        result = function(viewer, schema.model_validate(data if isinstance(data, dict) else {}))
        if writes:
            db.commit()
    except Exception as error:
        return _refusal(error)
    return {"ok": True, **result}


def _refusal(error: Exception) -> dict[str, Any]:
    """Answer what went wrong as the pages and the API would."""
    match error:
        case ValidationError():
            return failure(_("Please check what you entered"), 422, errors_of(error))
        case Invalid():
            return failure(_("Please check what you entered"), 422, error.errors)
        case NotFound():
            return failure(_("Not found"), 404)
        case Refused():
            return failure(error.reason or _("Not allowed"), 403)
    log.error("socket event failed", exc_info=error)
    return failure(_("Something broke"), 500)


_reload: list[Callable[[int], Viewer | None]] = []


def reloads(viewer_of: Callable[[int], Viewer | None]) -> None:
    """Register what gives the viewer of a session id now, or None when it has ended (accounts does)."""
    _reload[:] = [viewer_of]


def _present_viewer(sid: str) -> Viewer | None:
    connected = _by_sid.get(sid)
    return _reload[0](connected.session_id) if connected and _reload else None
