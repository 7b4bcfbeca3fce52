"""Sign-in and sign-out pages, and the SAML end points: the face of what `flow` does."""

import secrets
from typing import Any
from urllib.parse import parse_qs

import structlog
from flask import Blueprint, Response, abort, current_app, make_response, redirect, request
from flask import session as stored

from rse.accounts import flow, queries, saml, saml_messages, service, sessions
from rse.accounts.models import Session as Signed
from rse.accounts.providers import SignIn
from rse.accounts.reasons import Reason, reason_for
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.saml_metadata import FORMATS, IdentityProvider, sp_metadata
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


def _pre_session_name() -> str:
    return "__Host-rse-signin" if settings().secure else "rse_signin"


@route(blueprint, "/signin", rule=PUBLIC)
def signin() -> Any:
    """Show the one button, or why it is not there."""
    wanted = flow.safe_next(request.args.get("next"))
    if current_viewer() is not None:
        return redirect(wanted, 303)
    config = sign_in_settings()
    return page(
        "accounts/signin.html",
        providers=config.all(),
        configured=bool(config.sources),
        idp_name=settings().saml_idp_name,
        wanted=wanted,
        signed_out="out" in request.args,
    )


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
    config = sign_in_settings()
    idp = config.get(request.args.get("idp"))
    if idp is None:
        return see_other("accounts.signin", next=wanted)
    owner = request.cookies.get(_pre_session_name(), "")
    owner = owner if len(owner) == len(secrets.token_urlsafe(32)) else secrets.token_urlsafe(32)
    url = flow.begin(db.begin_write(), config.sp, idp, owner=owner, wanted=wanted, now=clock.now())
    db.commit()
    response = redirect(url, 303)
    secure = settings().secure
    response.set_cookie(
        _pre_session_name(), owner, max_age=PRE_SESSION_SECONDS, secure=secure, httponly=True, samesite="Lax"
    )
    return response


@route(blueprint, "/saml/acs", rule=PUBLIC, methods=("POST",), limit=FLOOD)
def acs() -> Any:
    """Take an identity provider's answer; it arrives without cookies, so it only buys a ticket."""
    config = sign_in_settings()
    try:
        ticket = flow.accept(
            db.session(), config.sp, config.get, request.form, mapping=config.mapping, now=clock.now()
        )
    except Refused as refusal:
        if refusal.code == "signature":
            config.doubt()
        return _refuse(refusal)
    return see_other("accounts.finish", ticket=ticket)


@route(blueprint, "/saml/finish", rule=PUBLIC, limit=FLOOD)
def finish() -> Any:
    """Cash the ticket in the browser that began: a new session, and on to where it wanted to go."""
    config, session = sign_in_settings(), db.begin_write()
    owner = request.cookies.get(_pre_session_name(), "")
    try:
        arrival = flow.redeem(session, request.args.get("ticket", ""), owner, clock.now())
        person = service.sign_in(
            session,
            arrival.identity,
            link=config.link,
            owns_roles="roles" in config.mapping,
            providers=frozenset(idp.entity_id for idp in config.all()),
        )
    except Refused as refusal:
        return _refuse(refusal)
    if isinstance(stored, sessions.StoredSession) and stored.row_id is not None:
        sessions.end(session, Signed.id == stored.row_id)
    token = sessions.begin(
        session,
        person.id,
        idp=arrival.identity.issuer,
        name_id=arrival.identity.name_id,
        session_index=(arrival.identity.session_index or "")[:254] or None,
        not_on_or_after=arrival.identity.session_until,
        user_agent=request.user_agent.string,
    )
    db.commit()
    response = redirect(arrival.next, 303)
    sessions.set_cookie(response, token)
    response.delete_cookie(_pre_session_name(), secure=settings().secure, httponly=True, samesite="Lax")
    return response


def _refuse(refusal: Refused) -> Response:
    """Note a refusal and show it kindly, with the reference that IT finds in the log."""
    reference = secrets.token_hex(4).upper()
    db.rollback()
    service.refused(db.begin_write(), refusal, reference)
    db.commit()
    log.warning("sign-in refused", code=refusal.code, detail=refusal.detail, reference=reference)
    reason: Reason = reason_for(refusal.code)
    return page("accounts/refused.html", 403, reason=reason, reference=reference)


@route(blueprint, "/logout", rule=PUBLIC, methods=("POST",))
def logout() -> Any:
    """End this session at once, then go and end the identity provider's, where it can."""
    session = db.session()
    row = queries.session_row(session, getattr(stored, "row_id", None))
    onward = _onward(row) if row is not None else None
    if row is not None:
        service.signed_out(session, row.person_id)
        sessions.end(session, Signed.id == row.id)
    if onward is None:
        response = make_response(see_other("accounts.signin", out=1))
    else:  # a page and not a redirect: `form-action` would stop it on its way to another site
        response = page("accounts/leaving.html", onward=onward)
    sessions.clear_cookie(response)
    return response


def _onward(row: Signed) -> str | None:
    """Give the address that ends the session at its identity provider; None where it cannot."""
    config = sign_in_settings()
    idp = config.get(row.idp) if row.idp else None
    if idp is None or row.name_id is None:
        return None
    name_format = FORMATS["persistent"] if config.name_id_formats[0] == "persistent" else None
    name_id = NameId(row.name_id, name_format, row.session_index)
    asked = saml.start_logout(config.sp, idp, name_id, secrets.token_urlsafe(16), clock.now())
    return asked.url if asked else None


@route(blueprint, "/saml/sls", rule=PUBLIC, limit=FLOOD)
def sls() -> Any:
    """Take a logout request of an identity provider, or its answer to ours; both have to be signed."""
    query = request.query_string.decode("ascii", "replace")
    try:
        field = "SAMLRequest" if "SAMLRequest" in request.args else "SAMLResponse"
        root = saml_messages.read_redirect(query, field)
        idp = _sender(root)
        saml_messages.check_redirect_signature(query, field, idp.certificates)
        if field == "SAMLResponse":
            saml_messages.check_envelope(root, "LogoutResponse", idp.entity_id, sign_in_settings().sp.sls_url)
            return see_other("accounts.signin", out=1)
        return _logged_out_there(idp, root, query)
    except Refused as refusal:
        return _refuse(refusal)


def _sender(root: Any) -> IdentityProvider:
    issuer = saml_messages.text_of(root, "saml:Issuer")
    idp = sign_in_settings().get(issuer) if issuer else None
    if idp is None or idp.entity_id != issuer:
        raise Refused("issuer", "no such identity provider")
    return idp


def _logged_out_there(idp: IdentityProvider, root: Any, query: str) -> Any:
    """End the sessions of that NameID and those session indexes, nobody else's, and say so."""
    config, session, now = sign_in_settings(), db.begin_write(), clock.now()
    asked = saml_messages.read_logout_request(root, idp.entity_id, config.sp.sls_url, now)
    named = [Signed.idp == idp.entity_id, Signed.name_id == asked.name_id.value]
    if asked.session_indexes:
        named.append(Signed.session_index.in_(asked.session_indexes))
    ended = sessions.end(session, *named)
    db.commit()
    answer = saml_messages.logout_response(config.sp.entity_id, idp.slo_url or "", asked.id, now)
    relay_state = parse_qs(query).get("RelayState", [None])[0]
    if idp.slo_url is None:
        return see_other("accounts.signin", out=1)
    url = saml_messages.redirect_url(idp.slo_url, "SAMLResponse", answer, relay_state, config.sp.keys.key)
    response = redirect(url, 303)
    if getattr(stored, "row_id", None) in ended:
        sessions.clear_cookie(response)
    return response
