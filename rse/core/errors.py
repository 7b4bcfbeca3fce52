"""Errors as people and programs see them: a page, a fragment or a problem document, never a trace."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from rse.core import api, db
from rse.core.i18n import _, lazy
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.web import is_fragment, page, request_id

log = structlog.get_logger()

TITLES: dict[int, tuple[Any, Any]] = {
    400: (lazy("Bad request"), lazy("The request could not be understood.")),
    401: (lazy("Please sign in"), lazy("Your session has ended, or you have not signed in yet.")),
    403: (lazy("Not allowed"), lazy("You can see this, but not do that here.")),
    404: (lazy("Not found"), lazy("This page does not exist, or not for you.")),
    405: (lazy("Not possible here"), lazy("This address does not take that kind of request.")),
    409: (lazy("Already changed"), lazy("Somebody was faster. Reload the page and try again.")),
    413: (lazy("Too large"), lazy("What you sent is larger than what is accepted.")),
    415: (lazy("Not this kind"), lazy("This kind of content is not accepted here.")),
    422: (lazy("Please check what you entered"), lazy("Something is missing or not valid.")),
    429: (
        lazy("A little slower, please"),
        lazy("Too many requests in a short time. Wait a moment and try again."),
    ),
    500: (
        lazy("Something broke"),
        lazy("The error has been noted. Your text is still in the page you came from."),
    ),
    503: (lazy("Busy"), lazy("The service is busy for a moment. Try again in a few seconds.")),
}


def init(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Refused, on_refused)
    app.register_error_handler(NotFound, lambda _error: answer(404))
    app.register_error_handler(Invalid, lambda error: answer(422, errors=error.errors))
    app.register_error_handler(TimeoutError, on_busy)
    app.register_error_handler(OperationalError, on_busy)
    app.register_error_handler(IntegrityError, on_conflict)
    app.register_error_handler(Exception, on_crash)


def wants_json() -> bool:
    """Tell whether the caller is a program."""
    return request.path.startswith(("/api/", "/scim/"))


def answer(status: int, detail: str = "", errors: dict[str, list[str]] | None = None) -> Response:
    """Answer an error in the form that the caller understands."""
    db.rollback()
    title, usual = TITLES.get(status, (HTTPStatus(status).phrase, ""))
    detail = detail or str(usual)
    if wants_json():
        return api.problem(status, str(title), detail, errors)
    if errors and not detail:
        detail = "; ".join(text for texts in errors.values() for text in texts)
    if is_fragment():
        said = "; ".join(text for texts in (errors or {}).values() for text in texts) or detail
        return page(
            "errors/_error.html", status, title=title, detail=said, code=status, reference=request_id()
        )
    return page(
        "errors/error.html",
        status,
        title=title,
        detail=detail,
        errors=errors or {},
        code=status,
        reference=request_id(),
    )


def on_http(error: HTTPException) -> Any:
    """Answer the framework's own errors; redirects pass."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    response = answer(error.code)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED and error.get_headers():
        response.headers.extend({k: v for k, v in error.get_headers() if k == "Allow"})
    return response


def on_refused(error: Refused) -> Response:
    """Answer that it is not theirs to do, and why."""
    return answer(403, error.reason)


def on_busy(error: Exception) -> Response:
    """Answer that the database had no time; anything else of that kind is a crash."""
    if isinstance(error, TimeoutError) or "locked" in str(error) or "connect" in str(error).lower():
        log.warning("database busy", request=request_id())
        response = answer(503, _("The service is busy for a moment. Try again in a few seconds."))
        response.headers["Retry-After"] = "2"
        return response
    return on_crash(error)


def on_conflict(error: IntegrityError) -> Response:
    """Answer that the same was stored by another request in the same moment; anything else is a crash."""
    if "unique" not in str(error.orig).lower():
        return on_crash(error)
    log.warning("stored twice at once", request=request_id(), endpoint=request.endpoint)
    return answer(409)


def on_crash(error: Exception) -> Response:
    """Note the crash with its reference; the person sees the reference only."""
    log.error("crash", request=request_id(), endpoint=request.endpoint, exc_info=error)
    return answer(500)
