"""The welcome at the first sign-in: photo and language, three skills, three groups; it can be skipped."""

from typing import Any

from flask import current_app, redirect, request, url_for
from flask import session as browser_session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.web import SIGNED_IN, flash, is_fragment, page, route, see_other, viewer
from rse.people import queries, service
from rse.people.views import blueprint

STEPS = 3
KEY = "welcomed"
APART = {"people.welcome", "people.welcome_next", "people.photo", "people.skills", "people.mentions"}


def lead(viewer: Viewer, endpoint: str) -> Any:
    """Lead somebody who has just signed in for the first time to the welcome, once."""
    whole_page = request.method == "GET" and not is_fragment() and endpoint.partition(".")[0] != "accounts"
    if not whole_page or endpoint in APART or browser_session.get(KEY):
        return None
    if "text/html" not in request.headers.get("Accept", ""):
        return None
    fresh = queries.welcome_step(db.session(), viewer.id) == 1
    browser_session[KEY] = request.full_path.rstrip("?")  # where they were going
    return see_other("people.welcome") if fresh else None


@route(blueprint, "/welcome", rule=SIGNED_IN)
def welcome() -> Any:
    """Show the step of the welcome that is next."""
    session, who = db.session(), viewer()
    step = queries.welcome_step(session, who.id)
    asked = request.args.get("step", type=int)
    step = asked if asked in {1, 2, 3} else step
    if step > STEPS:
        return see_other("people.edit")
    return page(
        "people/welcome.html",
        step=step or 1,
        steps=STEPS,
        person=queries.person(session, who, who.id),
        sentence=_sentence(who),
        publish=url_for("feed.publish") if "feed.publish" in current_app.view_functions else None,
    )


def _sentence(who: Viewer) -> str:
    """Offer a first sentence to publish."""
    title = getattr(who.card, "title", "")
    if title:
        return _("Hello! I am %(name)s, %(title)s. Ask me about my work.", name=who.display_name, title=title)
    return _("Hello! I am %(name)s and I have just arrived here.", name=who.display_name)


@route(blueprint, "/welcome", rule=SIGNED_IN, methods=("POST",))
def welcome_next() -> Any:
    """Go on to the next step, or leave the welcome."""
    step = request.form.get("step", type=int) or 1
    if request.form.get("skip") or step >= STEPS:
        return done()
    service.set_welcome(db.session(), viewer().id, step + 1)
    return see_other("people.welcome")


def done() -> Any:
    """End the welcome, and lead to where the newcomer was going."""
    service.set_welcome(db.session(), viewer().id, service.WELCOME_DONE)
    flash(_("Welcome! You find all of this again in your settings."), "ok")
    return redirect(_onward(), 303)


def _onward() -> str:
    """Give the page that the welcome had come before: one of ours, kept in the session by `lead`."""
    kept = str(browser_session.get(KEY) or "/")
    return kept if kept.startswith("/") and not kept.startswith("//") else "/"
