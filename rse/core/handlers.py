"""The events that sockets send: checked, authorised against the database, answered as REST would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import structlog
from flask_socketio import disconnect
from pydantic import BaseModel, ValidationError

from rse.core import company, db, i18n, live
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import errors_of
from rse.core.web import registry

log = structlog.get_logger()
Handler = Callable[[Viewer, Any], dict[str, Any]]
# Events that only read, at once: thousands who come back and catch up leave room to pages and messages.
_reads = threading.Semaphore(6)


def handler(event: str, schema: type[BaseModel], *, writes: bool = False) -> Callable[[Handler], Handler]:
    """Declare a socket event. The function gets (viewer, input) and returns what the acknowledgement says.

    The session is asked of the database each time: what the socket saw at its connection is old.
    """

    def register(function: Handler) -> Handler:
        @wraps(function)
        def handle(data: Any = None, *_rest: Any) -> dict[str, Any]:
            with nullcontext() if writes else _reads:
                db.rollback()
                try:
                    return _run(function, schema, data, writes=writes)
                finally:
                    db.rollback()

        live.socketio.on_event(event, handle)
        return function

    return register


def _run(function: Handler, schema: type[BaseModel], data: Any, *, writes: bool) -> dict[str, Any]:
    connected = live.sockets.get(live.sid())
    if connected is None or not connected.allowed():
        return failure(_("Too many requests in a short time. Wait a moment and try again."), 429)
    try:
        if function.__module__.split(".")[1] in company.switched_off(db.session()):
            return failure(_("Not allowed"), 404)
        value = schema.model_validate(data if isinstance(data, dict) else {})
        if writes:
            db.begin_write()
        found = live.present_viewer()
        if found is None:
            db.rollback()
            disconnect()
            return failure(_("Please sign in"), 401)
        viewer, may_write = found
        i18n.use(viewer.locale, viewer.timezone)
        if writes and not may_write:
            return failure(_("Not allowed"), 403)
        for guard in registry().all("guards"):
            guard.program(viewer, function.__name__)
        result = function(viewer, value)
        if writes:
            db.commit()
    except Exception as error:
        return _refusal(error)
    return {"ok": True, **result}


def _refusal(error: Exception) -> dict[str, Any]:
    """Answer what went wrong as the pages and the API would."""
    db.rollback()
    match error:
        case ValidationError():
            return failure(_("Please check what you entered"), 422, errors_of(error))
        case Invalid():
            return failure(_("Please check what you entered"), 422, error.errors)
        case NotFound():
            return failure(_("Not found"), 404)
        case Refused():
            return failure(error.reason or _("Not allowed"), 403)
        case TimeoutError():
            return failure(_("The service is busy for a moment. Try again in a few seconds."), 503)
    log.error("socket event failed", exc_info=error)
    return failure(_("Something broke"), 500)


def failure(title: str, status: int, errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Write the refusal of a socket event, in the form of a REST problem."""
    error: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    return {"ok": False, "error": {**error, "errors": errors} if errors else error}
