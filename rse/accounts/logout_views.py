"""Signing out, from both sides: ours ends this session, theirs the sessions that it names."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from flask import make_response, redirect, request
from flask import session as stored

from rse.accounts import connections, queries, saml, saml_messages, service, sessions
from rse.accounts.connections import Connection
from rse.accounts.models import Session as Signed
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.saml_metadata import IdentityProvider
from rse.accounts.views import FLOOD, blueprint, refuse, sign_in_settings
from rse.core import clock, db
from rse.core.web import PUBLIC, page, route, see_other

ONWARD: dict[str, Callable[[Connection], str | None]] = {}  # kind: where its logout goes; a protocol adds it


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
    way = connections.known(db.session(), config).find(row.idp) if row.idp else None
    if way is not None and way.kind in ONWARD:
        return ONWARD[way.kind](way)
    if way is None or way.provider is None or row.name_id is None:
        return None
    name_id = NameId(row.name_id, row.name_id_format, row.session_index)
    asked = saml.start_logout(config.sp, way.provider, name_id, secrets.token_urlsafe(16), clock.now())
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
        return refuse(refusal)


def _sender(root: Any) -> IdentityProvider:
    issuer = saml_messages.text_of(root, "saml:Issuer")
    way = connections.known(db.session(), sign_in_settings()).find(issuer) if issuer else None
    if way is None or way.provider is None or way.provider.entity_id != issuer:
        raise Refused("issuer", "no such identity provider")
    return way.provider


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
