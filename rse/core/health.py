"""Is it alive, is it ready, and how much does it do: /healthz, /readyz, /metrics; the API's document."""

import hmac
import ipaddress
import shutil
import tempfile
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rse.core import api, clock, db, openapi, outbox, revision
from rse.core.jobs import Heartbeat, JobFailure
from rse.core.web import PUBLIC, page, registry, route, settings

blueprint = Blueprint("core", __name__)
WORKER_SILENT = timedelta(minutes=3)
LEAST_FREE = 500_000_000  # bytes of the data directory's disk: below, writing soon fails
WAITING = Gauge("rse_outbox_waiting", "Deliveries that wait")
DEAD = Gauge("rse_outbox_dead", "Deliveries given up")


@route(blueprint, "/healthz", rule=PUBLIC)
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok", mimetype="text/plain")


def problems() -> dict[str, str]:
    """Name each part that does not work, with why; no part keeps the others from being looked at."""
    found = _of_database()
    own = {"queue": _queue, "data_dir": _data_dir, "disk": _disk}
    declared = {check.__name__: check for check in registry().all("checks")}
    for name, check in (own | declared).items():
        try:
            said = check()
        except SQLAlchemyError as error:
            db.rollback()
            said = None if "database" in found else type(error).__name__  # named already
        except Exception as error:
            said = type(error).__name__
        if said:
            found[name] = said
    return found


def degraded() -> dict[str, str]:
    """Name what works and needs somebody soon: no server is taken out of service for it."""
    found = {}
    for name, check in (
        {"jobs": _given_up} | {one.__name__: one for one in registry().all("warnings")}
    ).items():
        try:
            said = check()
        except Exception as error:  # it is named by `problems` already, or has no answer now
            db.rollback()
            said = type(error).__name__
        if said:
            found[name] = said
    return found


def _given_up() -> str | None:
    _waiting, dead = outbox.backlog(db.session())
    failed = db.session().scalar(select(func.count()).select_from(JobFailure)) or 0
    said = [f"{dead} deliveries were given up"] if dead else []
    return "; ".join([*said, f"{failed} jobs failed"] if failed else said) or None


def _of_database() -> dict[str, str]:
    found = {}
    try:
        session = db.session()
        session.execute(text("SELECT 1"))
        behind = revision.problem(session)
        if behind:
            found["revision"] = behind
        if said := _worker(session):
            found["worker"] = said
    except Exception as error:
        db.rollback()
        if not found:  # tables of another revision may lack what is asked for
            found["database"] = f"unreachable: {type(error).__name__}"
    return found


def _worker(session: Session) -> str | None:
    beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    if beat is None:
        return "never started"
    return "silent" if clock.now() - beat > WORKER_SILENT else None


def _queue() -> str | None:
    current_app.extensions["huey"].pending_count()
    return None


def _data_dir() -> str | None:
    try:
        with tempfile.TemporaryFile(dir=settings().data_dir):
            return None
    except OSError as error:
        return f"cannot be written: {type(error).__name__}"


def _disk() -> str | None:
    free = shutil.disk_usage(settings().data_dir).free
    return f"nearly full: {free // 1_000_000} MB are free" if free < LEAST_FREE else None


@route(blueprint, "/readyz", rule=PUBLIC)
def readyz() -> Response:
    """Say whether every part works, and which one does not (503); what needs somebody soon is named only."""
    found = problems()
    soon = {} if "database" in found else degraded()
    return api.respond({"ready": not found, "failing": found, "degraded": soon}, 503 if found else 200)


@route(blueprint, "/metrics", rule=PUBLIC)
def metrics() -> Response:
    """Give the figures to Prometheus, on loopback or with the token only."""
    token = settings().metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = bool(token) and hmac.compare_digest(sent.encode(), token.encode())
    if not known and not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - not a bind
        abort(404)
    waiting, dead = outbox.backlog(db.session())
    WAITING.set(waiting)
    DEAD.set(dead)
    return Response(generate_latest(), mimetype="text/plain; version=0.0.4")


@route(blueprint, "/api/v1/openapi.json", rule=PUBLIC)
def openapi_document() -> Response:
    """Serve the OpenAPI document."""
    return api.respond(openapi.document(settings().company, "1"))


@route(blueprint, "/api/v1/docs", rule=PUBLIC)
def docs() -> Response:
    """Show the calls of the API as a readable page."""
    return page("core/api_docs.html", document=openapi.document(settings().company, "1"))


@route(blueprint, "/sw.js", rule=PUBLIC)
def service_worker() -> Response:
    """Serve the service worker from the root, so that it may serve every page."""
    response = page("components/sw.js")
    response.mimetype = "text/javascript"
    return response


@route(blueprint, "/app.webmanifest", rule=PUBLIC)
def manifest() -> Response:
    """Describe the installable application."""
    response = page("components/app.webmanifest")
    response.mimetype = "application/manifest+json"
    return response


@route(blueprint, "/offline", rule=PUBLIC)
def offline() -> Response:
    """Show what the browser keeps for when the network is away."""
    return page("components/offline.html")


@route(blueprint, "/accessibility", rule=PUBLIC)
def accessibility() -> Response:
    """Say how far the pages are accessible, and whom to tell of an obstacle (RGAA 4, WCAG 2.2)."""
    return page("core/accessibility.html")
