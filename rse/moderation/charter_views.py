"""The charter as everybody reads and accepts it, and the guard that leads there."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for

from rse.accounts.flow import safe_next
from rse.core import company, db, i18n, text
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Action, Refused
from rse.core.web import PUBLIC, SIGNED_IN, is_fragment, page, read_form, route, see_other, viewer
from rse.moderation import charter
from rse.moderation.models import CharterVersion
from rse.moderation.schemas import AcceptCharterForm

blueprint = Blueprint("moderation", __name__)
# What somebody may still open: the charter itself, their sessions, their own picture beside it.
FREE = {"moderation.charter_page", "moderation.accept_charter", "people.photo"}
FREE_OF_PROGRAMS = {"moderation_api.read_charter", "moderation_api.accept_charter"}


def _free(endpoint: str) -> bool:
    if endpoint in FREE or endpoint.partition(".")[0] == "accounts":
        return True
    return getattr(current_app.view_functions.get(endpoint), "rule", None) is PUBLIC


def lead(who: Viewer, endpoint: str) -> Any:
    """Lead somebody who has not accepted the charter in force to it; a form that they sent is not taken."""
    if not charter.owed(db.session(), who) or _free(endpoint):
        return None
    going = request.full_path.rstrip("?") if request.method == "GET" and not is_fragment() else "/"
    address = url_for("moderation.charter_page", next=going)
    if is_fragment():
        return Response(status=403, headers={"HX-Redirect": url_for("moderation.charter_page")})
    return redirect(address, 303)


def refuse(who: Viewer, called: str) -> None:
    """Refuse a program that acts for somebody who has not accepted the charter in force. Raises Refused."""
    apart = called in FREE_OF_PROGRAMS or called.startswith("scim.")
    if not apart and charter.owed(db.session(), who):
        where = url_for("moderation.charter_page", _external=True)
        raise Refused(Action.ADMINISTER, _("Accept the charter first, at %(where)s.", where=where))


def read_locale() -> str:
    """Give the language in which the charter is asked for: that of the page unless another is chosen."""
    asked = request.args.get("lang", "")
    return asked if asked in company.languages(db.session()) else i18n.get_locale()


@route(blueprint, "/charter", rule=SIGNED_IN)
def charter_page() -> Any:
    """Show the charter: to be accepted, or to be read again; an earlier version when one is asked for."""
    session, who = db.session(), viewer()
    if charter.owed(session, who):
        return _ask(200)
    number = request.args.get("version", type=int) or charter.in_force(session)
    version = charter.find(session, number) if number else None
    locale = read_locale()
    return page(
        "moderation/charter.html",
        version=version,
        html=text.render(charter.body(version, locale)) if version else "",
        read_in=locale,
        present=charter.in_force(session),
        mine=charter.accepted(who),
    )


def _ask(status: int, wrong: str = "") -> Response:
    session, who, locale = db.session(), viewer(), read_locale()
    version = charter.find(session, charter.in_force(session))
    before = charter.accepted(who)
    return page(
        "moderation/accept.html",
        status,
        version=version,
        html=text.render(charter.body(version, locale)),
        note=charter.note(version, locale) if before else "",
        changes=_changes(before, version, locale) if before else [],
        before=before,
        read_in=locale,
        next=safe_next(request.values.get("next")),
        wrong=wrong,
    )


def _changes(before: int, version: CharterVersion, locale: str) -> list[charter.Change]:
    old = charter.find(db.session(), before)
    return charter.changes(charter.body(old, locale), charter.body(version, locale))


@route(blueprint, "/charter", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def accept_charter() -> Any:
    """Accept the version that was shown, and go on to where one was going."""
    session, who = db.session(), viewer()
    if not charter.owed(session, who):
        return see_other(".charter_page")
    given = read_form(AcceptCharterForm).input
    if given.version != charter.in_force(session):
        return _ask(409, _("The charter has just changed. Please read the new text."))
    charter.accept(session, who, given.version, read_locale())
    return redirect(safe_next(given.next), 303)
