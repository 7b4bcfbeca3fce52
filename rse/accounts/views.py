"""The sign-in pages and the SAML end points: the face of what `flow` does."""

import secrets
from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask import session as stored
from sqlalchemy.orm import Session as DbSession

from rse.accounts import connections, flow, refreshing, service, sessions
from rse.accounts.connections import STARTS, Connection, Ways
from rse.accounts.models import Session as Signed
from rse.accounts.providers import SignIn
from rse.accounts.reasons import Reason, reason_for
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_metadata import sp_metadata
from rse.core import clock, db, headers, i18n
from rse.core.web import PUBLIC, current_viewer, page, route, see_other, settings

log = structlog.get_logger()
blueprint = Blueprint("accounts", __name__)
headers.exempt.add("accounts.acs")
FLOOD = "240/minute"  # per address: a whole office may come in through one
PRE_SESSION_SECONDS = 900


def sign_in_settings() -> SignIn:
    """Give what signing in needs to know of the configuration; made once, at the start."""
    found: SignIn = current_app.extensions["rse_sign_in"]
    return found


def ways() -> Ways:
    """Give every connection as it stands in this moment."""
    return connections.known(db.session(), sign_in_settings())


def _pre_session_name() -> str:
    return "__Host-rse-signin" if settings().secure else "rse_signin"


def owner_secret() -> str:
    """Give the secret by which this browser owns the sign-ins that it begins: its own, or a fresh one."""
    owner = request.cookies.get(_pre_session_name(), "")
    return owner if len(owner) == len(secrets.token_urlsafe(32)) else secrets.token_urlsafe(32)


def owner_sent() -> str:
    """Give the secret that the browser has sent, empty when it has none."""
    return request.cookies.get(_pre_session_name(), "")


def give_owner(response: Any, owner: str) -> None:
    """Let the browser keep its secret for the quarter of an hour that a sign-in may take."""
    secure = settings().secure
    response.set_cookie(
        _pre_session_name(),
        owner,
        max_age=PRE_SESSION_SECONDS,
        secure=secure,
        httponly=True,
        samesite=settings().same_site,
    )


def take_owner(response: Any) -> None:
    """Take the secret from the browser: the sign-in is over."""
    secure = settings().secure
    response.delete_cookie(_pre_session_name(), secure=secure, httponly=True, samesite=settings().same_site)


def start_of(way: Connection, wanted: str) -> str:
    """Give the address that begins a sign-in by this connection."""
    return url_for(STARTS[way.kind], idp=way.slug, next=wanted)


@route(blueprint, "/signin", rule=PUBLIC)
def signin() -> Any:
    """Show the ways in, or why there is none."""
    wanted = flow.safe_next(request.args.get("next"))
    if current_viewer() is not None:
        return redirect(wanted, 303)
    return _door(wanted, signed_out="out" in request.args)


def _door(wanted: str, **said: Any) -> Response:
    known = ways()
    return page(
        "accounts/signin.html",
        said.pop("status", 200),
        ways=[(way, start_of(way, wanted)) for way in known.usable],
        by_domain=len(known.usable) > 1 and any(way.domains for way in known.usable),
        configured=any(way.enabled for way in known.all),
        wanted=wanted,
        **said,
    )


@route(blueprint, "/signin", rule=PUBLIC, methods=("POST",), limit="30/minute", name="signin_by_address")
def signin_by_address() -> Any:
    """Lead to the provider of an address's domain; whether anybody has that address is not looked at."""
    wanted = flow.safe_next(request.form.get("next"))
    email = request.form.get("email", "")[:254]
    way = ways().by_domain(email)
    if way is None:
        return _door(wanted, status=422, email=email, unknown=True)
    # A page and not a redirect: `form-action` would stop it on its way to another site.
    return page("accounts/onward.html", name=way.name, onward=start_of(way, wanted))


@route(blueprint, "/language", rule=PUBLIC, methods=("POST",), limit=FLOOD)
def language() -> Any:
    """Keep the language that somebody who is not signed in has chosen."""
    chosen = request.form.get("lang", "")
    if chosen not in i18n.LOCALES:
        abort(400)
    response = see_other("accounts.signin", next=flow.safe_next(request.form.get("next")))
    year = 365 * 86400
    response.set_cookie("lang", chosen, max_age=year, secure=settings().secure, samesite="Lax", httponly=True)
    return response


@route(blueprint, "/saml/metadata", rule=PUBLIC)
def metadata() -> Response:
    """Describe this application to identity providers."""
    return Response(sp_metadata(sign_in_settings().sp), mimetype="application/samlmetadata+xml")


@route(blueprint, "/saml/login", rule=PUBLIC, limit=FLOOD)
def login() -> Any:
    """Begin a sign-in: keep the question, owned by this browser, and send the browser to ask it."""
    wanted = flow.safe_next(request.args.get("next"))
    if current_viewer() is not None:
        return redirect(wanted, 303)
    way = ways().find(request.args.get("idp"))
    if way is None or not way.usable or way.provider is None:
        return see_other("accounts.signin", next=wanted)
    return begin(way, wanted)


def begin(way: Connection, wanted: str, tester_id: int | None = None) -> Any:
    """Send the browser to a provider with a question that this browser owns."""
    owner, now = owner_secret(), clock.now()
    sp = sign_in_settings().sp
    url = flow.begin(db.begin_write(), sp, way, owner=owner, wanted=wanted, now=now, tester_id=tester_id)
    db.commit()
    response = redirect(url, 303)
    give_owner(response, owner)
    return response


BEGIN: dict[str, Callable[[Connection, str, int | None], Any]] = {"saml": begin}  # a protocol adds its own


@route(blueprint, "/saml/acs", rule=PUBLIC, methods=("POST",), limit=FLOOD)
def acs() -> Any:
    """Take an identity provider's answer; it arrives without cookies, so it only buys a ticket."""
    config, session = sign_in_settings(), db.session()
    try:
        taken = flow.accept(session, config.sp, ways(), request.form, now=clock.now())
    except Refused as refusal:
        if refusal.code == "signature":
            _doubt(refusal.idp)
        return refuse(refusal)
    ends = {"signin": "accounts.finish", "unasked": "accounts.arrived", "test": "sso.report"}
    return see_other(ends[taken.kind], ticket=taken.token)


def _doubt(entity_id: str) -> None:
    """Have the provider's metadata fetched again soon: it may have changed its key unannounced."""
    config = sign_in_settings()
    config.doubt()
    row = ways().find(entity_id) if entity_id else None
    if row is not None and row.id is not None and row.metadata_url:
        refreshing.refresh_soon(row)


@route(blueprint, "/saml/finish", rule=PUBLIC, limit=FLOOD)
def finish() -> Any:
    """Cash the ticket in the browser that began: a new session, and on to where it wanted to go."""
    session = db.begin_write()
    try:
        arrival = flow.redeem(session, request.args.get("ticket", ""), owner_sent(), clock.now())
        return let_in(session, arrival)
    except Refused as refusal:
        return refuse(refusal)


def let_in(session: DbSession, arrival: flow.Arrival) -> Any:
    """Sign somebody in who was identified, by whatever protocol. Raises Refused; commits."""
    identity, known = arrival.identity, ways()
    way = known.find(identity.issuer)
    with flow.about(identity.issuer):
        if way is None or not way.usable:
            raise Refused("issuer", "the identity provider is not in use any more")
        person = service.sign_in(session, identity, way.rules(known.in_use))
    person.locale = person.locale or i18n.get_locale()  # of the sign-in page; the welcome lets them change it
    token = fresh_session(
        session,
        person.id,
        idp=identity.issuer,
        name_id=identity.name_id,
        name_id_format=(identity.name_id_format or "")[:120] or None,
        session_index=(identity.session_index or "")[:254] or None,
        not_on_or_after=identity.session_until,
    )
    db.commit()
    response = redirect(arrival.next, 303)
    sessions.set_cookie(response, token)
    take_owner(response)
    return response


def fresh_session(session: DbSession, person_id: int, **of_idp: Any) -> str:
    """End the session that this browser may have and begin a new one; gives its token."""
    if isinstance(stored, sessions.StoredSession) and stored.row_id is not None:
        sessions.end(session, Signed.id == stored.row_id)
    return sessions.begin(session, person_id, user_agent=request.user_agent.string, **of_idp)


def refuse(refusal: Refused) -> Response:
    """Note a refusal and show it kindly, with the reference that IT finds in the log."""
    reference = secrets.token_hex(4).upper()
    db.rollback()
    service.refused(db.begin_write(), refusal, reference)
    db.commit()
    log.warning("sign-in refused", code=refusal.code, detail=refusal.detail, reference=reference)
    reason: Reason = reason_for(refusal.code)
    return page("accounts/refused.html", 403, reason=reason, reference=reference)
