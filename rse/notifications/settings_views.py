"""The page on which somebody says what they want to hear, and the way out that each mail carries."""

from typing import Any

from flask import request

from rse.core import db, i18n
from rse.core.company import working_time
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import PUBLIC, SIGNED_IN, Form, flash, page, read_form, route, see_other, viewer
from rse.groups import queries as groups
from rse.notifications import choosing, subscribing
from rse.notifications.delivering import kinds
from rse.notifications.letters import read_way_out
from rse.notifications.push_views import shown
from rse.notifications.schemas import WishesForm
from rse.notifications.views import blueprint


@route(blueprint, "/settings/notifications", rule=SIGNED_IN)
def preferences(form: Form[WishesForm] | None = None, status: int = 200) -> Any:
    """Show what somebody hears, where and when."""
    session, who = db.session(), viewer()
    return page(
        "notifications/settings.html",
        status,
        data=choosing.present(session, who),
        notices=list(kinds().values()),
        groups=groups.mine(who),
        working=working_time(session, who.card.site),
        errors=form.errors if form else {},
        days=_days(),
        push=not subscribing.is_off(session),
        browsers=shown(),
    )


def _days() -> list[tuple[str, str]]:
    names = i18n.day_names()
    return [(str(number + 1), name) for number, name in enumerate(names)]


@route(blueprint, "/settings/notifications", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def save_preferences() -> Any:
    """Keep what was chosen; what is not ticked is off."""
    form = read_form(WishesForm)
    if form.value is None:
        return preferences(form, 422)
    push = not subscribing.is_off(db.session())
    choosing.choose(db.session(), viewer(), choosing.of_form(viewer(), form.value, push=push))
    flash(_("Your choices are saved."), "ok")
    return see_other(".preferences")


@route(blueprint, "/notifications/unsubscribe/<token>", rule=PUBLIC, limit="60/minute")
def way_out(token: str) -> Any:
    """Ask whether mails shall end: looking at an address changes nothing."""
    return _way_out(token, done=False)


def _way_out(token: str, *, done: bool) -> Any:
    found = read_way_out(token)
    if found is None:
        raise NotFound
    notice = kinds().get(found[1])
    label = str(notice.label) if notice else ""
    return page("notifications/way_out.html", token=token, label=label, done=done)


@route(blueprint, "/notifications/unsubscribe/<token>", rule=PUBLIC, methods=("POST",), limit="60/minute")
def leave(token: str) -> Any:
    """End the mails: the button of the page, or the one of a mail program (RFC 8058), without signing in."""
    found = read_way_out(token)
    if found is None:
        raise NotFound
    choosing.switch_off(db.session(), *found)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return "", 200
    return _way_out(token, done=True)
