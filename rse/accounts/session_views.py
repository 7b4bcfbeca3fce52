"""The page where a person sees the browsers that they are signed in with, and ends them."""

from datetime import timedelta
from typing import Any

from flask import session as stored

from rse.accounts import audit, devices, queries, sessions
from rse.accounts.models import Session as Signed
from rse.accounts.views import blueprint
from rse.core import clock, db
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, flash, page, route, see_other, settings, viewer_id


def _current() -> int | None:
    found: int | None = getattr(stored, "row_id", None)
    return found


@route(blueprint, "/settings/sessions", rule=SIGNED_IN)
def own_sessions() -> Any:
    """List one's own standing sessions, this one first."""
    idle = timedelta(hours=settings().session_idle_hours)
    found = queries.open_sessions(db.session(), viewer_id(), clock.now(), idle)
    current = _current()
    shown = [
        {
            "id": one.id,
            "name": devices.described(one.user_agent),
            "icon": devices.icon_of(one.user_agent),
            "began": one.created_at,
            "seen": one.seen_at,
            "until": one.expires_at,
            "current": one.id == current,
        }
        for one in sorted(found, key=lambda one: one.id != current)
    ]
    return page("accounts/sessions.html", sessions=shown, others=sum(not one["current"] for one in shown))


def _note(count: int) -> None:
    who = viewer_id()
    audit.record(db.session(), "session.end", actor_id=who, target=f"person:{who}", sessions=count)


@route(
    blueprint,
    "/settings/sessions/<int(max=9223372036854775807):session_id>/end",
    rule=SIGNED_IN,
    methods=("POST",),
)
def end_session(session_id: int) -> Any:
    """End one of one's own sessions; another person's does not exist here."""
    if not sessions.end(db.session(), Signed.id == session_id, Signed.person_id == viewer_id()):
        raise NotFound
    _note(1)
    if session_id == _current():
        response = see_other("accounts.signin", out=1)
        sessions.clear_cookie(response)
        return response
    flash(_("That session has ended."))
    return see_other("accounts.own_sessions")


@route(blueprint, "/settings/sessions/end-others", rule=SIGNED_IN, methods=("POST",))
def end_other_sessions() -> Any:
    """End all of one's own sessions but this one."""
    current = _current()
    others = [Signed.person_id == viewer_id()]
    if current is not None:
        others.append(Signed.id != current)
    ended = sessions.end(db.session(), *others)
    if ended:
        _note(len(ended))
    flash(_("Your other sessions have ended."))
    return see_other("accounts.own_sessions")
