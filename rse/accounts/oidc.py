"""OpenID Connect messages: what a provider says of itself, the question, what it says of a person.

Authorization code flow with PKCE (RFC 7636, S256), state, nonce and `iss` in the answer (RFC 9207). Protocol
pieces come from Authlib. Nothing here touches the network.
"""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from rse.accounts.oidc_tokens import Claims, read_json
from rse.accounts.saml_guard import Refused

SCOPES = ("openid", "profile", "email")
MAX_DEPTH = 3


@dataclass(frozen=True)
class Discovery:
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    says_iss: bool = False  # it always says who it is in its answers
    client_auth: Literal["basic", "post"] = "basic"


@dataclass(frozen=True)
class Client:
    """What this application is to a provider."""

    id: str
    secret: str  # empty: a public client, PKCE alone protects the code
    redirect_uri: str


@dataclass(frozen=True)
class Question:
    """A sign-in that was begun: what the answer must carry."""

    state: str
    nonce: str
    verifier: str


def well_known(issuer: str) -> str:
    """Give where an issuer describes itself."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def parse_discovery(document: str, issuer: str, *, production: bool) -> Discovery:
    """Understand a discovery document of this very issuer. Raises Refused `metadata`."""
    try:
        said = read_json(document)
    except ValueError as error:
        raise Refused("metadata", "the discovery document is not JSON") from error
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise Refused("metadata", "the discovery document is of another issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    wanted = {name: _address(said, name, production=production) for name in names}
    optional = ("userinfo_endpoint", "end_session_endpoint")
    wanted |= {name: _address(said, name, production=production) for name in optional if said.get(name)}
    if "code" not in said.get("response_types_supported", ["code"]):
        raise Refused("metadata", "the provider has no authorization code flow")
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    post = "client_secret_basic" not in ways and "client_secret_post" in ways
    return Discovery(
        issuer,
        **wanted,
        says_iss=said.get("authorization_response_iss_parameter_supported") is True,
        client_auth="post" if post else "basic",
    )


def _address(said: Claims, name: str, *, production: bool) -> str:
    url = said.get(name)
    parts = urlsplit(url) if isinstance(url, str) else None
    schemes = {"https"} if production else {"https", "http"}
    if parts is None or parts.scheme not in schemes or not parts.hostname or parts.username:
        raise Refused("metadata", f"{name} is missing or not an https address")
    return str(url)


def new_question() -> Question:
    """Make the secrets of one sign-in."""
    return Question(*(secrets.token_urlsafe(size) for size in (24, 24, 48)))


def question_url(found: Discovery, client: Client, question: Question, scopes: Iterable[str] = ()) -> str:
    """Give the address that asks the provider who this is."""
    url: str = prepare_grant_uri(
        found.authorization_endpoint,
        client.id,
        "code",
        redirect_uri=client.redirect_uri,
        scope=" ".join(dict.fromkeys((*SCOPES, *scopes))),
        state=question.state,
        nonce=question.nonce,
        code_challenge=create_s256_code_challenge(question.verifier),
        code_challenge_method="S256",
    )
    return url


def logout_url(found: Discovery, client: Client, back: str) -> str | None:
    """Give the address that ends the provider's own session (RP-Initiated Logout 1.0); None where it cannot.

    The ID token is not kept here, so the provider may ask the person whether they mean it.
    """
    if not found.end_session_endpoint:
        return None
    query = urlencode({"client_id": client.id, "post_logout_redirect_uri": back})
    return f"{found.end_session_endpoint}{'&' if '?' in found.end_session_endpoint else '?'}{query}"


def token_request(found: Discovery, client: Client, code: str, verifier: str) -> tuple[str, dict[str, str]]:
    """Give (body, headers) of the request that exchanges a code for tokens."""
    named: dict[str, str] = {}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if client.secret and found.client_auth == "basic":
        headers["Authorization"] = f"Basic {_basic(client)}"
    else:
        named = {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})
    body: str = prepare_token_request(
        "authorization_code", "", client.redirect_uri, code=code, code_verifier=verifier, **named
    )
    return body, headers


def _basic(client: Client) -> str:
    """Write the client's name and secret as RFC 6749 section 2.3.1 wants them: encoded, then in base64."""
    both = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
    return base64.b64encode(both.encode()).decode()


def merged(claims: Claims, userinfo: Claims | None) -> Claims:
    """Put what the userinfo endpoint says beside the signed claims, which go first. Raises Refused."""
    if userinfo is not None and userinfo.get("sub") != claims["sub"]:
        raise Refused("userinfo", "the userinfo is about somebody else")
    both = {**(userinfo or {}), **claims}
    if str(both.get("email_verified", True)).lower() == "false":
        both.pop("email", None)
    return both


PROTOCOL = frozenset({
    "iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "azp", "acr", "amr",
    "auth_time", "jti", "sid", "sub", "email_verified",
})  # what is about the sign-in, not the person  # fmt: skip


def as_attributes(claims: Claims, before: str = "", depth: int = 0) -> dict[str, tuple[str, ...]]:
    """Write claims as attributes: lists of texts by name; what lies in an object has a dot in its name."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in claims.items():
        if not before and name in PROTOCOL:
            continue
        if isinstance(value, dict):
            if depth < MAX_DEPTH:
                found |= as_attributes(value, f"{before}{name}.", depth + 1)
            continue
        values = value if isinstance(value, list) else [value]
        texts = (str(one).lower() if isinstance(one, bool) else str(one) for one in values if _plain(one))
        found[f"{before}{name}"] = tuple(texts)
    return {name: texts for name, texts in found.items() if texts}


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
