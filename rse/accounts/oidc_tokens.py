"""Signed tokens of OpenID providers: their keys, their signatures, and the checks of what they say.

Signatures are checked by joserfc, the library that Authlib itself uses; only asymmetric algorithms count.
"""

import hmac
import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from joserfc.util import urlsafe_b64decode

from rse.accounts.saml_guard import Refused

ALGORITHMS: dict[str, type[RSAKey | ECKey]] = {"RS256": RSAKey, "PS256": RSAKey, "ES256": ECKey}
LEEWAY = 120  # seconds that clocks may differ
OLDEST = 900  # seconds since an ID token was made
MAX_TOKEN = 64 * 1024
MAX_KEYS = 50
MIN_RSA_BITS = 2048
MAX_SUB = 254  # what Person.name_id holds; the standard allows 255 ASCII characters
PARTS = 3  # of a signed token
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Key = RSAKey | ECKey
Claims = Mapping[str, Any]


def parse_keys(document: str) -> tuple[Key, ...]:
    """Understand a JWK set: keys for signatures, of the kinds that we accept. Raises Refused `metadata`."""
    try:
        said = read_json(document)
        listed = said["keys"][:MAX_KEYS] if isinstance(said, dict) else []
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("metadata", "the provider's keys cannot be read") from error
    return tuple(key for one in listed if (key := _key(one)) is not None)


def read_json(text: str | bytes) -> Any:
    """Read JSON of strangers. Raises ValueError, also for what is nested without end."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _key(said: Any) -> Key | None:
    if not isinstance(said, dict) or said.get("kty") not in {"RSA", "EC"} or said.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key({name: value for name, value in said.items() if name != "d"})
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    if isinstance(key, RSAKey):
        return key if key.raw_value.key_size >= MIN_RSA_BITS else None
    return key if isinstance(key, ECKey) else None


def _header(token: str) -> Mapping[str, Any]:
    """Give the header of a signed token, its algorithm known to be an allowed one. Raises Refused."""
    if not isinstance(token, str) or len(token) > MAX_TOKEN or token.count(".") != PARTS - 1:
        raise Refused("token", "no signed ID token")
    try:
        header = read_json(urlsafe_b64decode(token.partition(".")[0].encode()))
    except ValueError as error:
        raise Refused("token", "the ID token cannot be read") from error
    if not isinstance(header, dict) or header.get("alg") not in ALGORITHMS:
        raise Refused("algorithm", "signed by an algorithm that is not allowed")
    return header


def key_id(token: str) -> str | None:
    """Give the name of the key that a token says it is signed with. Raises Refused."""
    kid = _header(token).get("kid")
    return kid if isinstance(kid, str) else None


def signed_claims(token: str, keys: Iterable[Key]) -> tuple[Mapping[str, Any], Claims]:
    """Give (header, claims) of a token that one of the keys has signed. Raises Refused.

    Only a key of the algorithm's own kind is tried, so a public key never serves as a shared secret.
    """
    header, kid = _header(token), key_id(token)
    alg = header["alg"]
    fit = [key for key in keys if isinstance(key, ALGORITHMS[alg]) and kid in {None, key.kid}]
    fit = [key for key in fit if key.as_dict().get("alg", alg) == alg]
    for key in fit:
        try:
            found = jws.deserialize_compact(token, key, algorithms=[alg])
            claims = read_json(found.payload)
        except (JoseError, ValueError):
            continue
        if isinstance(claims, dict):
            return header, claims
    raise Refused("signature", "no key of the provider has signed the token")


def check_claims(claims: Claims, issuer: str, client_id: str, now: datetime) -> None:
    """Check from whom a token is, for whom, and when. Raises Refused."""
    if claims.get("iss") != issuer:
        raise Refused("issuer", "the token is of another issuer")
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if client_id not in meant:
        raise Refused("audience", "the token is meant for another application")
    if claims.get("azp", client_id if len(meant) == 1 else None) != client_id:
        raise Refused("audience", "the token was given to another application")
    moment = now.timestamp()
    ends, made, begins = (_number(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if ends is None or made is None:
        raise Refused("expired", "the token has no end, or no beginning")
    if ends <= moment - LEEWAY or made < moment - OLDEST - LEEWAY:
        raise Refused("expired", "the token is too old")
    if made > moment + LEEWAY or (begins is not None and begins > moment + LEEWAY):
        raise Refused("too_early", "the token is not valid yet")


def _number(value: Any) -> float | None:
    """Give a moment in seconds; None for anything that is none."""
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def check_id_token(
    header: Mapping[str, Any],
    claims: Claims,
    *,
    nonce: str,
    client_id: str,
    access_token: str,
    now: datetime,
) -> None:
    """Check that an ID token answers the question with this nonce, about one person. Raises Refused.

    Authlib's own checks go last: they know the shapes of the rarer claims, and at_hash.
    """
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise Refused("nonce", "the token does not answer this sign-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > MAX_SUB:
        raise Refused("name_id", "the token names nobody")
    params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, header, None, params).validate(int(now.timestamp()), OLDEST)
    except (JoseError, ValueError, TypeError) as error:
        raise Refused("token", f"the ID token is not right: {str(error)[:100]}") from error


def claimed_issuer(token: str) -> str:
    """Give who a token claims to be from, nothing of it checked yet; empty for none. Raises Refused."""
    _header(token)
    try:
        claims = read_json(urlsafe_b64decode(token.split(".")[1].encode()))
    except ValueError as error:
        raise Refused("token", "the token cannot be read") from error
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""


def logout_token(header: Mapping[str, Any], claims: Claims) -> tuple[str | None, str | None]:
    """Give (sub, sid) of a logout token whose signature and times were checked. Raises Refused."""
    if str(header.get("typ", "")).lower() != "logout+jwt":
        raise Refused("token", "this token is of another kind")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims:
        raise Refused("token", "this is no logout token")
    subject, session = claims.get("sub"), claims.get("sid")
    named = [one for one in (subject, session) if one is not None]
    if not named or not all(isinstance(one, str) and one for one in named):
        raise Refused("token", "the logout token names nobody")
    if not isinstance(claims.get("jti"), str):
        raise Refused("token", "the logout token has no name of its own")
    return subject, session
