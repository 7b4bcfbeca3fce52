"""Pages: who may open them, how they are rendered whole or as a fragment, forms and cursors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, TypeVar, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser_session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Response as BaseResponse

from rse.core import company, db, rates
from rse.core.audience import Viewer
from rse.core.feature import Registry
from rse.core.i18n import _
from rse.core.model import MAX_ID
from rse.core.policy import Invalid
from rse.core.schema import errors_of, storable


@dataclass(frozen=True)
class Rule:
    """Who may call a route. Every route declares one; what is declared nowhere does not start."""

    name: str
    allows: Callable[[Viewer | None], bool]
    scope: str = ""  # what a token must have beside `write` for unsafe calls


PUBLIC = Rule("public", lambda viewer: True)
SIGNED_IN = Rule("signed in", lambda viewer: viewer is not None)
EMPLOYEE = Rule("employee", lambda viewer: viewer is not None and viewer.is_employee)


def having(role: str) -> Rule:
    """Give the rule of those who hold a role."""
    return Rule(f"role {role}", lambda viewer: viewer is not None and role in viewer.roles)


ADMIN = having("admin")


def _who() -> str:
    viewer = current_viewer()
    return f"person:{viewer.id}" if viewer else f"ip:{get_remote_address()}"


limiter = Limiter(key_func=_who, headers_enabled=True, strategy="moving-window", swallow_errors=True)


def current_viewer() -> Viewer | None:
    """Give who looks, or None for somebody who is not signed in."""
    viewer: Viewer | None = getattr(current_user, "viewer", None)
    return viewer


def viewer() -> Viewer:
    """Give who looks, on routes that only signed-in people reach."""
    found = current_viewer()
    if found is None:
        abort(401)
    return found


def viewer_id() -> int:
    """Give the id of who looks."""
    return viewer().id


def guarded(
    function: Callable[..., Any], *, rule: Rule, limit: str | None = None, api: bool = False
) -> Callable[..., Any]:
    """Wrap a view: the rule first, then its rate limit, then the view; unsafe requests are committed."""
    feature = f"{function.__module__}.".split(".")[1]

    @wraps(function)
    def checked(**parts: Any) -> Any:
        who = current_viewer()
        if not rule.allows(who):
            return _turn_away(who, api=api)
        if feature in company.SWITCHES and feature in company.switched_off(db.session()):
            abort(404)
        _check_scope(rule)
        for guard in registry().all("guards") if who is not None else ():
            answer = (guard.program if api else guard.check)(who, request.endpoint or "")
            if answer is not None:
                g.guarded = True  # not refused: something is to be read or accepted first
                return answer
        response = make_response(function(**parts))
        if request.method not in db.SAFE and not api:
            if response.status_code < HTTPStatus.BAD_REQUEST:
                db.commit()
            else:
                db.rollback()
        return response

    view: Any = limiter.limit(limit)(checked) if limit else checked
    view.rule = rule
    return cast("Callable[..., Any]", view)


def _check_scope(rule: Rule) -> None:
    """Refuse a token whose scope does not reach: reading is not writing."""
    scope = getattr(current_user, "scope", None)
    if scope is None:
        return
    wanted = rule.scope or ("read" if request.method in db.SAFE else "write")
    ladder = {
        "read": {"read", "write", "admin"},
        "write": {"write", "admin"},
        "admin": {"admin"},
        "scim": {"scim"},
    }
    if scope not in ladder[wanted]:
        abort(403)


def _turn_away(who: Viewer | None, *, api: bool) -> BaseResponse:
    if who is not None:
        abort(404)
    if api or request.method not in db.SAFE:
        abort(401)
    if is_fragment():
        return Response(status=401, headers={"HX-Redirect": url_for("accounts.signin")})
    return redirect(url_for("accounts.signin", next=request.full_path.rstrip("?")), 303)


def route(
    blueprint: Blueprint,
    path: str,
    *,
    rule: Rule,
    methods: Sequence[str] = ("GET",),
    limit: str | None = None,
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a page or form with its rule. Views never commit: the wrapper does, on success."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        often = limit or (None if "GET" in methods else rates.usual("POST"))
        blueprint.add_url_rule(
            path, name or function.__name__, guarded(function, rule=rule, limit=often), methods=list(methods)
        )
        return function

    return register


def registry() -> Registry:
    """Give the features of the running application."""
    found: Registry = current_app.extensions["rse_registry"]
    return found


def settings() -> Any:
    """Give the settings of the running application (rse.settings.Settings)."""
    return current_app.extensions["rse_settings"]


def is_fragment() -> bool:
    """Tell whether the page's script asks for a part of the page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a page or a fragment."""
    response = make_response(render_template(template, **values), status)
    response.vary.add("HX-Request")
    return response


def see_other(endpoint: str, **values: Any) -> BaseResponse:
    """Answer a form that was posted: go and look there (303)."""
    return redirect(url_for(endpoint, **values), 303)


def flash(text: str, category: str = "info") -> None:
    """Keep a text for the next page that this person sees (in their session row)."""
    browser_session.setdefault("flashes", []).append([category, text])
    browser_session.modified = True


def take_flashes() -> list[tuple[str, str]]:
    """Give and forget the kept texts."""
    if "flashes" not in browser_session:
        return []
    return [(category, text) for category, text in browser_session.pop("flashes")]


T = TypeVar("T", bound=BaseModel)


@dataclass
class Form(Generic[T]):
    """A posted form: its values as sent, the checked input or the errors per field."""

    data: dict[str, Any]
    value: T | None
    errors: dict[str, list[str]]

    @property
    def input(self) -> T:
        """Give the checked input. Raises Invalid with the errors when there is none."""
        if self.value is None:
            failed = Invalid()
            failed.errors = self.errors
            raise failed
        return self.value


def read_form(schema: type[T], *, lenient: bool = False) -> Form[T]:
    """Check a posted form against the schema that the API uses too; an empty field is an absent one.

    Leniently, fields that the schema does not know are left out: the form may show those of others.
    """
    data: dict[str, Any] = {}
    for name, items in request.form.lists():
        field = schema.model_fields.get(name)
        if name == "csrf" or (lenient and field is None):
            continue
        many = field is not None and ("list" in str(field.annotation) or "tuple" in str(field.annotation))
        if many:
            data[name] = [item for item in items if item.strip()]
        elif items[-1].strip() or (field is not None and field.is_required()):
            data[name] = items[-1]
    try:
        return Form(data, schema.model_validate(data), {})
    except ValidationError as error:
        return Form(data, None, errors_of(error))


def read_address(schema: type[T], given: Mapping[str, Any]) -> T:
    """Check what an address says. Raises Invalid with the errors per field."""
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        failed = Invalid()
        failed.errors = errors_of(error)
        raise failed from error


def encode_cursor(*values: Any) -> str:
    """Write a keyset position as an opaque text."""
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, *types: type) -> tuple[Any, ...] | None:
    """Read a keyset position. Raises Invalid(cursor=...) when it is not one of ours."""
    if not text:
        return None
    try:
        values = list(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        return tuple(_restore(value, kind) for value, kind in zip(values, types, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid(cursor=_("This position is not valid; start again from the first page.")) from error


def _restore(value: Any, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC)
    if kind is float and isinstance(value, int):
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool) or not storable(value):
        raise TypeError(value)
    if isinstance(value, int | float) and not abs(value) <= MAX_ID:
        raise ValueError(value)
    return value


def request_id() -> str:
    """Give the reference of this request, in the logs and on error pages."""
    return str(g.get("request_id", ""))
