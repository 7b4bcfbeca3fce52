"""The OpenID Connect end points: the question, the answer, and a provider's word that somebody has left."""

from typing import Any

from flask import Response, current_app, redirect, request

from rse.accounts import oidc, oidc_flow, oidc_tokens, oidc_wire, sessions
from rse.accounts import views as signing
from rse.accounts.connections import STARTS, Connection
from rse.accounts.flow import REQUEST_LIFE, Arrival, about, safe_next
from rse.accounts.logout_views import ONWARD
from rse.accounts.models import SeenAssertion
from rse.accounts.models import Session as Signed
from rse.accounts.oidc_flow import Asked, Here, Seen, Setup
from rse.accounts.saml_guard import Refused
from rse.accounts.views import FLOOD, blueprint
from rse.core import clock, db, headers
from rse.core.web import PUBLIC, current_viewer, route, see_other, settings

STARTS["oidc"] = "accounts.oidc_login"
ANSWER = ("code", "iss", "error")


def here() -> Here:
    """Give what this application is to OpenID providers."""
    known = settings()
    return Here(known.base_url, str(current_app.secret_key), known.env == "production", tuple(known.old_keys))


@route(blueprint, "/oidc/login", rule=PUBLIC, limit=FLOOD, name="oidc_login")
def login() -> Any:
    """Begin a sign-in: keep the question, owned by this browser, and send the browser to ask it."""
    wanted = safe_next(request.args.get("next"))
    if current_viewer() is not None:
        return redirect(wanted, 303)
    way = signing.ways().find(request.args.get("idp"))
    if way is None or way.kind != "oidc" or not way.usable:
        return see_other("accounts.signin", next=wanted)
    return begin(way, wanted)


def begin(way: Connection, wanted: str, tester_id: int | None = None) -> Any:
    """Send the browser to a provider with a question that this browser owns."""
    owner, now, session = signing.owner_secret(), clock.now(), db.begin_write()
    try:
        with about(way.entity_id):
            ready = oidc_flow.setup(session, way, here())
        url = oidc_flow.begin(session, ready, owner=owner, wanted=wanted, now=now, tester_id=tester_id)
    except Refused as refusal:
        return signing.refuse(refusal)
    db.commit()
    response = redirect(url, 303)
    signing.give_owner(response, owner)
    return response


signing.BEGIN["oidc"] = begin


@route(blueprint, "/oidc/callback", rule=PUBLIC, limit=FLOOD, name="oidc_callback")
def callback() -> Any:
    """Take a provider's answer in the browser that asked; what it stands for is fetched and checked."""
    now, known, sent = clock.now(), signing.ways(), request.args
    db.rollback()
    if any(len(sent.getlist(name)) > 1 for name in (*ANSWER, "state")):
        return signing.refuse(Refused("in_response_to", "the answer says a thing twice"))
    try:
        owner, session = signing.owner_sent(), db.begin_write()
        asked, ready = oidc_flow.take(
            session, known, sent.get("state", ""), owner=owner, here=here(), now=now
        )
        db.commit()  # nothing waits for the network inside a transaction, and the request stays used
        answer = {name: sent[name] for name in ANSWER if name in sent}
        if asked.tester_id is not None:
            return _report(asked, ready, answer)
        with about(ready.way.entity_id):
            seen = Seen()
            oidc_flow.read(ready, asked.question, answer, now, seen)
            session = db.begin_write()
            identity = oidc_flow.identity_of(session, ready, seen, now)
        return signing.let_in(session, Arrival(identity, asked.next))
    except Refused as refusal:
        return signing.refuse(refusal)


def _report(asked: Asked, ready: Setup, answer: dict[str, str]) -> Any:
    """Show the administrator what a test sign-in saw; nobody is signed in."""
    now, seen = clock.now(), Seen()
    try:
        oidc_flow.read(ready, asked.question, answer, now, seen)
    except Refused:
        seen.name_id = None  # the report names the check that failed
    token = oidc_flow.report(db.begin_write(), ready, asked, seen, ways=signing.ways(), now=now)
    db.commit()
    return see_other("sso.report", ticket=token)


@route(blueprint, "/oidc/backchannel", rule=PUBLIC, methods=("POST",), limit=FLOOD, name="oidc_backchannel")
def backchannel() -> Response:
    """End the sessions that a provider's signed token names (OpenID Connect Back-Channel Logout 1.0)."""
    token, now = request.form.get("logout_token", ""), clock.now()
    try:
        ready = _sender(token)
        keys = oidc_wire.keys.of(ready.found, oidc_tokens.key_id(token), pause=oidc_wire.KEYS_PAUSE)
        header, claims = oidc_tokens.signed_claims(token, keys)
        oidc_tokens.check_claims(
            {"exp": claims.get("iat"), **claims}, ready.found.issuer, ready.client.id, now
        )
        subject, sid = oidc_tokens.logout_token(header, claims)
    except Refused as refusal:
        return _answer(400, refusal.code)
    db.rollback()
    session = db.begin_write()
    name = str(claims["jti"])[:200]
    if session.get(SeenAssertion, (ready.found.issuer, f"logout {name}")) is not None:
        return _answer(400, "replay")
    until = now + REQUEST_LIFE
    session.add(SeenAssertion(idp=ready.found.issuer, id=f"logout {name}", expires_at=until))
    named = [Signed.idp == ready.found.issuer]
    named += [Signed.name_id == subject] if subject else []
    named += [Signed.session_index == sid] if sid else []
    sessions.end(session, *named)
    return _answer(200, "")


def onward(way: Connection) -> str | None:
    """Give where to end the provider's own session; None where it cannot."""
    try:
        ready = oidc_flow.setup(db.session(), way, here())
    except Refused:
        return None
    return oidc.logout_url(ready.found, ready.client, f"{settings().base_url}/signin")


ONWARD["oidc"] = onward


def _sender(token: str) -> Setup:
    """Give the provider that a logout token claims to be from; its signature is checked after."""
    issuer = oidc_tokens.claimed_issuer(token)
    way = signing.ways().find(issuer) if issuer else None
    if way is None or way.kind != "oidc" or way.entity_id != issuer or not way.enabled:
        raise Refused("issuer", "no such identity provider")
    return oidc_flow.setup(db.session(), way, here())


def _answer(status: int, error: str) -> Response:
    response = Response(f'{{"error": "{error}"}}' if error else "", status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


headers.exempt.add("accounts.oidc_backchannel")
