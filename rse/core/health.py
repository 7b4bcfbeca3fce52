"""Is it alive, is it ready, and how much does it do: /healthz, /readyz, /metrics; the API's document."""

import hmac
import ipaddress
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import Gauge, generate_latest
from sqlalchemy import select, text

from rse.core import api, clock, db, openapi, outbox
from rse.core.jobs import Heartbeat
from rse.core.web import PUBLIC, page, registry, route, settings

blueprint = Blueprint("core", __name__)
WORKER_SILENT = timedelta(minutes=3)
WAITING = Gauge("rse_outbox_waiting", "Deliveries that wait")
DEAD = Gauge("rse_outbox_dead", "Deliveries given up")


@route(blueprint, "/healthz", rule=PUBLIC)
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok", mimetype="text/plain")


def problems() -> dict[str, str]:
    """Name each part that does not work, with why."""
    found = {}
    try:
        db.session().execute(text("SELECT 1"))
        beat = db.session().scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
        if beat is None or clock.now() - beat > WORKER_SILENT:
            found["worker"] = "silent" if beat else "never started"
    except Exception as error:
        found["database"] = type(error).__name__
    try:
        current_app.extensions["huey"].pending_count()
    except Exception as error:
        found["queue"] = type(error).__name__
    for check in registry().all("checks"):
        said = check()
        if said:
            found[check.__name__] = said
    return found


@route(blueprint, "/readyz", rule=PUBLIC)
def readyz() -> Response:
    """Say whether every part works, and which one does not (503)."""
    found = problems()
    return api.respond({"ready": not found, "failing": found}, 503 if found else 200)


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
