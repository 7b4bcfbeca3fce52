"""Refused attempts in the audit log: pages and calls of a role not held, and what was not theirs to do.

Sign-ins that are refused note themselves, with their reference.
"""

import time
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, g, request

from rse.accounts import audit
from rse.core import db
from rse.core.web import PUBLIC, Rule, current_viewer

log = structlog.get_logger()
REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
AGAIN = 600.0  # seconds: one line for the same attempts of a person in that time, whatever their number
MOST = 10_000  # attempts that a process remembers


class Lately:
    """What this process has noted lately, so that nobody fills the log by asking again and again."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, str, str], float] = {}

    def first(self, attempt: tuple[int, str, str]) -> bool:
        """Tell whether an attempt is to be noted, and remember it."""
        now = time.monotonic()
        if now - self._at.get(attempt, -AGAIN) < AGAIN:
            return False
        if len(self._at) >= MOST:
            self._at.clear()
        self._at[attempt] = now
        return True

    def forget(self) -> None:
        """Forget all (tests)."""
        self._at.clear()


lately = Lately()


def init(app: Flask) -> None:
    """Look at every answer that refuses."""
    app.after_request(_look)


def _look(response: Response) -> Response:
    if response.status_code in REFUSALS and not g.get("guarded"):
        who = current_viewer()
        rule: Rule | None = getattr(current_app.view_functions.get(request.endpoint or ""), "rule", None)
        if who is None or rule is None or rule is PUBLIC:
            return response
        # What is not there is no attempt at anything, unless the page is there for others.
        if response.status_code != HTTPStatus.NOT_FOUND or not rule.allows(who):
            _note(who.id, response.status_code)
    return response


def _note(person_id: int, status: int) -> None:
    attempt = (person_id, str(request.endpoint), request.method)
    if not lately.first(attempt):
        return
    about = {"method": request.method, "status": status, "request": g.get("request_id", "")}
    try:
        db.rollback()
        audit.record(
            db.begin_write(), "access.refused", actor_id=person_id, target=str(request.endpoint), **about
        )
        db.commit()
    except Exception:  # the refusal stands, whether it could be noted or not
        db.rollback()
        log.exception("a refusal could not be noted", request=g.get("request_id"))
