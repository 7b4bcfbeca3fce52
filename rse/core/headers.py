"""Around every request: its id, language, CSRF check, security headers, and one line of log."""

import hmac
import secrets
import time
from hashlib import sha256
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user
from prometheus_client import Counter, Histogram

from rse.core import company, db, i18n
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, Refused
from rse.settings import Settings

log = structlog.get_logger("rse.request")
REQUESTS = Counter("rse_requests_total", "Requests", ["endpoint", "method", "status"])
SECONDS = Histogram(
    "rse_request_seconds",
    "Time of a request",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
YEAR = 31_536_000
UNKEPT = ("/api/", "/scim/", "/admin", "/moderation")  # browsers keep nothing of these, not even for "back"


def policy(settings: Settings) -> str:
    """Write the content security policy: our own sources only, no inline script or style."""
    socket = settings.base_url.replace("http", "ws", 1)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {socket}; manifest-src 'self'; worker-src 'self'; form-action 'self'{{form}}; "
        f"base-uri 'none'; frame-ancestors {settings.frame_ancestors}"
    )


def init(app: Flask, settings: Settings) -> None:
    """Hang all of it on the application."""
    csp = policy(settings)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = secrets.token_hex(8)
        choose_language(settings)
        check_csrf()
        check_texts()

    @app.after_request
    def end(response: Response) -> Response:
        headers(response, csp, settings)
        record(response)
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        db.rollback()


def choose_language(settings: Settings) -> None:
    """Use the person's language and zone, else the browser's, else the company's."""
    who = getattr(current_user, "viewer", None)
    offered = company.languages(db.session())
    if who is not None:
        i18n.use(who.locale if who.locale in offered else offered[0], who.timezone)
        return
    asked = request.cookies.get("lang")
    locale = (
        asked
        if asked in i18n.LOCALES
        else i18n.negotiate(request.headers.get("Accept-Language"), settings.default_locale)
    )
    i18n.use(locale if locale in offered else offered[0], settings.timezone)


def csrf_token() -> str:
    """Give the token that unsafe requests of this session must carry; empty when there is no session."""
    secret = getattr(current_user, "csrf_secret", None)
    if not secret:
        return ""
    return hmac.new(secret, b"csrf", sha256).hexdigest()[:32]


def check_csrf() -> None:
    """Refuse an unsafe request of a session that does not carry the session's token.

    A request with a bearer token has none and needs none. Signed-out forms are covered by their own
    means (the ACS by the ticket that only the browser that began the sign-in can cash).
    """
    if request.method in db.SAFE or getattr(current_user, "scope", None):
        return
    expected = csrf_token()
    if not expected or (request.endpoint or "") in exempt:
        return
    sent = (
        request.headers.get("X-CSRF-Token")
        or (request.form.get("csrf") if not request.is_json else None)
        or ""
    )
    if not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Refused(Action.ADMINISTER, _("This form is too old. Reload the page and send it again."))


def check_texts() -> None:
    """Refuse a NUL in an address or a form: PostgreSQL keeps none, and no text of a person has one."""
    if (request.endpoint or "").startswith(OWN_REFUSALS):
        return
    if "\x00" in request.path:
        raise NotFound
    fields = [*request.args.items(multi=True)] if b"%00" in request.query_string else []
    if request.method not in db.SAFE and not request.is_json:
        fields += request.form.items(multi=True)
    nothing = _("This value is not valid.")  # a part of a multipart form may come without a name
    wrong = {name or "form": nothing for name, value in fields if name is None or "\x00" in name + value}
    if wrong:
        raise Invalid(**wrong)


OWN_REFUSALS = ("accounts.acs", "accounts.finish", "accounts.sls")  # they answer with a reference code
exempt: set[str] = set()  # endpoints that other sites post to: the ACS alone


def headers(response: Response, csp: str, settings: Settings) -> None:
    """Set the security headers; pages may widen `form-action` by g.form_action (sign-in, logout)."""
    extra = f" {g.form_action}" if g.get("form_action") else ""
    response.headers.setdefault("Content-Security-Policy", csp.replace("{form}", extra))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if settings.secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    if (request.endpoint or "") == "static":
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = (
            "no-store" if request.path.startswith(UNKEPT) else "private, no-cache"
        )
        response.vary.add("Cookie")


def record(response: Response) -> None:
    """Count the request and write its line: no address of content, no person, no text."""
    endpoint = request.endpoint or "none"
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    REQUESTS.labels(endpoint, request.method, str(response.status_code)).inc()
    SECONDS.labels(endpoint).observe(seconds)
    if endpoint in {"static", "core.healthz"}:
        return
    values: dict[str, Any] = {"id": g.get("request_id"), "endpoint": endpoint, "method": request.method}
    log.info("request", **values, status=response.status_code, ms=round(seconds * 1000, 1))
