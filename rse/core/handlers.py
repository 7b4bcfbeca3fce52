"""The events that sockets send: checked, authorised against the database, answered as REST would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import structlog
from flask_socketio import disconnect
from pydantic import BaseModel, ValidationError

from rse.core import company, db, i18n, live
from rse.core.audience import Viewer
from rse.core.gathering import Gathering
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import errors_of
from rse.core.sockets import Pass
from rse.core.turns import Turnstile
from rse.core.web import registry

log = structlog.get_logger()
Handler = Callable[[Viewer, Any], dict[str, Any]]
Act = Callable[[Sequence[tuple[Viewer, Any] | None]], Sequence[dict[str, Any] | None]]
# Events that only read, at once: thousands who come back and catch up leave room to pages and messages.
_reads = threading.Semaphore(6)
_answered = Turnstile(8)  # of those whose question was answered together


@dataclass(frozen=True)
class Together:
    """How an event is handled for several people in one transaction.

    `prepare` gives what is needed of an input, or None when it must be handled alone; `act` is given the
    viewer and that for each (None: somebody who may not), and gives what their acknowledgements say, or None.
    """

    prepare: Callable[[Any], Any]
    act: Act


def handler(
    event: str, schema: type[BaseModel], *, writes: bool = False, together: Together | None = None
) -> Callable[[Handler], Handler]:
    """Declare a socket event. The function gets (viewer, input) and returns what the acknowledgement says.

    The session is asked of the database each time: what the socket saw at its connection is old. What can be
    done for several at once, `together` does: whatever it leaves undone is then done alone, by the function.
    """

    def register(function: Handler) -> Handler:
        feature = function.__module__.split(".")[1]
        run_many = (
            partial(_run_many, act=together.act, feature=feature, name=function.__name__, writes=writes)
            if together
            else None
        )
        many = Gathering(run_many) if run_many else None

        @wraps(function)
        def handle(data: Any = None, *_rest: Any) -> dict[str, Any]:
            connected = live.sockets.get(live.sid())
            if connected is None or not connected.allowed():
                return failure(_("Too many requests in a short time. Wait a moment and try again."), 429)
            db.rollback()
            try:
                done = _shared(many, together, schema, data, connected.came_by, writes=writes)
                if done is not None:
                    return done
                with nullcontext() if writes else _reads:
                    return _run(function, schema, data, writes=writes)
            finally:
                db.rollback()

        live.socketio.on_event(event, handle)
        return function

    return register


def _shared(
    many: Gathering[Any] | None,
    together: Together | None,
    schema: type[BaseModel],
    data: Any,
    given: Pass,
    *,
    writes: bool,
) -> dict[str, Any] | None:
    """Do it with what others want at this moment; None when it has to be done alone."""
    if many is None or together is None or given.kind != "session" or (writes and not given.writes):
        return None
    try:
        item = together.prepare(schema.model_validate(data if isinstance(data, dict) else {}))
    except ValidationError:
        return None
    answer = many.do((given, item)) if item is not None else None
    if not writes:
        _answered.pass_through()
    return None if answer is None else {"ok": True, **answer}


def _run_many(
    asked: Sequence[tuple[Pass, Any]], *, act: Act, feature: str, name: str, writes: bool
) -> Sequence[Any]:
    """Do for several what `_run` does for one, in one transaction; where it fails, nothing of it is done."""
    nothing: Sequence[Any] = [None] * len(asked)
    try:
        if feature in company.switched_off(db.session()):
            return nothing
        db.rollback()
        if writes:
            db.begin_write()
        viewers = live.viewers({given for given, _item in asked})
        wanted = [(viewers[given], item) if _may(viewers.get(given), name) else None for given, item in asked]
        answers = act(wanted)
        if writes:
            db.commit()
    except Exception:
        log.warning("several could not be done together", exc_info=True)
        return nothing
    else:
        return answers
    finally:
        db.rollback()


def _may(viewer: Viewer | None, name: str) -> bool:
    """Tell whether nothing has to be said to somebody before they do this."""
    try:
        for guard in registry().all("guards") if viewer else ():
            guard.program(viewer, name)
    except Refused:
        return False
    return viewer is not None


def _run(function: Handler, schema: type[BaseModel], data: Any, *, writes: bool) -> dict[str, Any]:
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
