"""SCIM over HTTP: who may call, what a body is, and errors in SCIM's own form (RFC 7644, section 3.12)."""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

import orjson
import structlog
from flask import Blueprint, Response, abort, request
from flask_login import current_user
from pydantic import ValidationError
from scim2_models import Error, InvalidSyntaxException, InvalidValueException, SCIMException
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from rse.core import clock, db
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import storable
from rse.core.web import Rule, guarded, request_id, settings
from rse.provisioning.scim_client import Client
from rse.provisioning.scim_models import DETAIL, ScimWrite

log = structlog.get_logger()
PREFIX = "/scim/v2"
TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MAX_BODY = 8 * 1024 * 1024  # a group of 100,000 members
RATE = "150/second;6000/minute"
SCIM = Rule("scim token", lambda viewer: viewer is not None, scope="scim")
TEXTS = {
    401: "A bearer token of scope scim is needed.",
    403: "This token has another scope.",
    404: "There is no such resource.",
    405: "This resource does not take that method.",
    413: "The body is too large.",
    415: "Send application/scim+json.",
    429: "Too many requests in a short time: wait a moment.",
    501: "This is not implemented.",
    503: "The service is busy for a moment: try again.",
}

blueprint = Blueprint("scim", __name__)


def call(path: str, *methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a call under /scim/v2: it returns (data, status, headers) or a response. Commits."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def answered(**parts: Any) -> Response:
            if getattr(current_user, "scope", None) is None:
                abort(401)  # a browser's session is no token
            response = _written(function(**parts))
            if request.method not in db.SAFE:
                db.commit()
            return response

        view = guarded(answered, rule=SCIM, limit=RATE, api=True)
        blueprint.add_url_rule(PREFIX + path, function.__name__, view, methods=list(methods))
        return function

    return register


def _written(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    data, status, headers = result
    body = b"" if data is None else orjson.dumps(data)
    return Response(body, status, headers, mimetype=TYPE)


def client() -> Client:
    """Give the identity provider that calls, by its token."""
    return Client(current_user.provider or "scim", current_user.viewer.id)


def base() -> str:
    """Give the address of the service."""
    return f"{settings().base_url}{PREFIX}"


def body() -> dict[str, Any]:
    """Read the JSON object of a request. Raises InvalidSyntaxException or InvalidValueException."""
    kind = request.mimetype
    if kind and not (kind == "application/json" or kind.endswith("+json")):
        abort(415)
    if (request.content_length or 0) > MAX_BODY:
        abort(413)
    try:
        data = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise InvalidSyntaxException(detail="this is not JSON") from error
    if not isinstance(data, dict):
        raise InvalidSyntaxException(detail="a JSON object is expected")
    if not storable(data):
        raise InvalidValueException(detail="a text that nothing can hold")
    return data


def refusal(status: int, detail: str, scim_type: str | None = None) -> Response:
    """Write an error, and note a write that failed for the administration page."""
    db.rollback()
    _note(status, detail)
    said = {"schemas": [ERROR], "status": str(status), "detail": detail}
    response = _written((said | ({"scimType": scim_type} if scim_type else {}), status, {}))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
    return response


def _note(status: int, detail: str) -> None:
    """Keep a failed write of a client that has the right token."""
    if request.method in db.SAFE or getattr(current_user, "scope", None) != "scim":
        return
    if (request.endpoint or "").endswith("search") or status == HTTPStatus.TOO_MANY_REQUESTS:
        return
    who = client()
    action = f"{request.method} {request.path.removeprefix(PREFIX)}"[:60]
    about = f"{status}: {detail}"[:DETAIL]
    row = ScimWrite(provider=who.provider, at=clock.now(), action=action, failed=True, detail=about)
    db.session().add(row)
    db.commit()


@blueprint.errorhandler(SCIMException)
def on_scim(error: SCIMException) -> Response:
    """Answer what the library or a service refuses."""
    return refusal(error.status, error.detail, error.scim_type or None)


@blueprint.errorhandler(ValidationError)
def on_invalid(error: ValidationError) -> Response:
    """Answer the first thing that is wrong with a resource."""
    first: Any = Error.from_validation_errors(error)[0]
    return refusal(first.status or 400, first.detail or "", first.scim_type or "invalidValue")


@blueprint.errorhandler(HTTPException)
def on_http(error: HTTPException) -> Response:
    """Answer the framework's own errors."""
    status = error.code or 500
    response = refusal(status, TEXTS.get(status, error.name))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


@blueprint.errorhandler(Exception)
def on_other(error: Exception) -> Response:
    """Answer the rest: what the ground refuses, a busy database, a crash with its reference."""
    match error:
        case NotFound():
            found: tuple[Any, ...] = (404, TEXTS[404])
        case Refused():
            found = (403, error.reason or TEXTS[403])
        case Invalid():
            found = (400, str(error), "invalidValue")
        case IntegrityError() if "unique" in str(error.orig).lower():
            found = (409, "the same was stored by another request in this moment", "uniqueness")
        case TimeoutError():
            found = (503, TEXTS[503])
        case OperationalError() if "locked" in str(error) or "connect" in str(error).lower():
            found = (503, TEXTS[503])
        case _:
            log.error("crash", request=request_id(), endpoint=request.endpoint, exc_info=error)
            found = (500, f"Something broke; reference {request_id()}.")
    return refusal(*found)


def whole(value: str | None, usual: int, name: str) -> int:
    """Read a whole number of the address. Raises InvalidValueException."""
    if value is None or value == "":
        return usual
    try:
        return max(-1, min(int(value), 2**31))
    except ValueError as error:
        raise InvalidValueException(detail=f"{name}: a whole number is expected") from error


def names(values: str | Sequence[Any] | None) -> frozenset[str]:
    """Read a list of attributes, of an address or of a search."""
    parts = values.split(",") if isinstance(values, str) else list(values or ())
    return frozenset(str(part).strip().lower() for part in parts if str(part).strip())


def missing() -> NoReturn:
    """Answer that there is no such resource."""
    abort(404)
