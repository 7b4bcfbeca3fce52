"""Pushing to browsers: a page's script switches its own browser on; the settings list them and end them."""

from typing import Any

from flask import Response, jsonify
from flask import session as browser_session

from rse.accounts import devices
from rse.core import db
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, flash, is_fragment, read_form, route, see_other, settings, viewer
from rse.notifications import pushing, subscribing
from rse.notifications.schemas import NewSubscription
from rse.notifications.views import blueprint
from rse.notifications.webpush import Browser


def this_session() -> int | None:
    """Give the session of this browser; a program has none."""
    found: int | None = getattr(browser_session, "row_id", None)
    return found


def shown() -> list[dict[str, Any]]:
    """Give one's browsers that are pushed to, for the page, this one first."""
    here = this_session()
    found = [
        {
            "id": one.id,
            "name": devices.described(one.user_agent),
            "icon": devices.icon_of(one.user_agent),
            "since": one.created_at,
            "failing": one.failing,
            "current": one.session_id == here,
        }
        for one in subscribing.listed(db.session(), viewer())
    ]
    return sorted(found, key=lambda one: not one["current"])


@route(blueprint, "/notifications/push/key", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def push_key() -> Any:
    """Give the key that a browser is told when it is switched on."""
    if subscribing.is_off(db.session()):
        raise NotFound
    return jsonify(key=subscribing.public_key(db.session(), settings().secret_key, settings().old_keys))


@route(blueprint, "/notifications/push", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def push_here() -> Any:
    """Push to this browser from now on; 409 for one that was switched off elsewhere and comes by itself."""
    given, here = read_form(NewSubscription).input, this_session()
    if here is None:
        raise NotFound
    browser = Browser(given.endpoint, given.p256dh, given.auth)
    if given.renewed and subscribing.was_removed(db.session(), viewer(), browser.endpoint):
        return Response(status=409)
    subscribing.subscribe(db.session(), viewer(), here, browser, tls=not settings().loopback)
    return Response(status=204)


@route(blueprint, "/notifications/push/<pid:subscription_id>/end", rule=SIGNED_IN, methods=("POST",))
def push_no_more(subscription_id: int) -> Any:
    """Push no more to one of one's browsers; another person's does not exist here."""
    subscribing.remove(db.session(), viewer(), subscription_id)
    if is_fragment():
        return Response(status=204)
    flash(_("Nothing is pushed there any more."), "ok")
    return see_other(".preferences", _anchor="push")


@route(
    blueprint,
    "/notifications/push/<pid:subscription_id>/try",
    rule=SIGNED_IN,
    methods=("POST",),
    limit="5/minute",
)
def push_trial(subscription_id: int) -> Any:
    """Push a trial to one of one's browsers, now, whatever the hour: it was asked for."""
    if subscription_id not in {one.id for one in subscribing.listed(db.session(), viewer())}:
        raise NotFound
    pushing.try_out(subscription_id)
    flash(_("A trial is on its way to that browser."), "ok")
    return see_other(".preferences", _anchor="push")
