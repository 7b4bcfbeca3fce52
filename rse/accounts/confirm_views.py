"""Pages that ask before anybody is signed in: a provider that begins by itself, and the emergency link.

Nothing ties either to the browser that shows the page. So the page gives the browser a secret of its own and
carries a seal made of it: only this page, in this browser, can post the form.
"""

from typing import Any

from flask import redirect, request

from rse.accounts import emergency, flow, sessions
from rse.accounts.saml_guard import Refused
from rse.accounts.tokens import digest, same_token
from rse.accounts.views import (
    FLOOD,
    blueprint,
    fresh_session,
    give_owner,
    let_in,
    owner_secret,
    owner_sent,
    refuse,
    take_owner,
    ways,
)
from rse.core import clock, db
from rse.core.web import PUBLIC, current_viewer, page, route

MAX_TOKEN = 100


def _seal(owner: str, token: str) -> str:
    return digest(f"{owner} {token}")


def _ask(template: str, token: str, **values: Any) -> Any:
    owner = owner_secret()
    response = page(template, token=token, seal=_seal(owner, token), signed_in=current_viewer(), **values)
    response.headers["Cache-Control"] = "no-store"
    give_owner(response, owner)
    return response


def _posted() -> str:
    """Give the token of the form. Raises Refused when it was not posted by its page in this browser."""
    token, owner = request.form.get("token", "")[:MAX_TOKEN], owner_sent()
    if not owner or not same_token(request.form.get("seal", ""), _seal(owner, token)):
        raise Refused("other_browser", "the question was asked in another browser")
    return token


@route(blueprint, "/saml/arrived", rule=PUBLIC, limit=FLOOD)
def arrived() -> Any:
    """Ask whoever comes from a provider without having asked for it."""
    ticket = request.args.get("ticket", "")[:MAX_TOKEN]
    identity = flow.unasked(db.session(), ticket, clock.now())
    if identity is None:
        return refuse(Refused("used", "no such ticket"))
    way = ways().find(identity.issuer)
    about = {"name": identity.shown_name, "email": identity.email, "idp_name": way.name if way else ""}
    return _ask("accounts/continue.html", ticket, **about)


@route(blueprint, "/saml/continue", rule=PUBLIC, methods=("POST",), limit=FLOOD)
def go_on() -> Any:
    """Sign in who has said, on the page before, that it is them."""
    session = db.session()
    try:
        return let_in(session, flow.redeem_unasked(session, _posted(), clock.now()))
    except Refused as refusal:
        return refuse(refusal)


@route(blueprint, "/signin/link", rule=PUBLIC, limit="30/minute")
def link() -> Any:
    """Show the field for the code of an emergency link.

    The code stands behind the # of its address, which no browser sends: it is in no log and no Referer. The
    page's script moves it into the field; without a script it is pasted.
    """
    response = page("accounts/link_code.html")
    response.headers["Cache-Control"] = "no-store"
    return response


@route(blueprint, "/signin/link/ask", rule=PUBLIC, methods=("POST",), limit="30/minute")
def ask_link() -> Any:
    """Ask before an emergency link is used, naming whom it lets in; it is not used up."""
    token = (
        request.form.get("code", "").strip().rpartition("#")[2][:MAX_TOKEN]
    )  # the whole address is taken too
    try:
        person = emergency.holder(db.session(), token, clock.now())
    except Refused as refusal:
        return refuse(refusal)
    return _ask("accounts/link.html", token, name=person.display_name, email=person.email)


@route(blueprint, "/signin/link", rule=PUBLIC, methods=("POST",), limit="30/minute")
def use_link() -> Any:
    """Let the administrator in whom the link names."""
    session, now = db.session(), clock.now()
    try:
        person = emergency.use(session, _posted(), now, request.remote_addr or "")
    except Refused as refusal:
        return refuse(refusal)
    token = fresh_session(session, person.id, not_on_or_after=now + emergency.SESSION_LIFE)
    db.commit()
    response = redirect("/admin/sso", 303)
    sessions.set_cookie(response, token)
    take_owner(response)
    return response
