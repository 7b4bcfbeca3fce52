"""Talking to an OpenID provider: its keys, the exchange of a code, userinfo. Bounded in size and time."""

import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from rse.accounts import oidc, oidc_tokens, providers
from rse.accounts.oidc import Client, Discovery
from rse.accounts.oidc_tokens import Key
from rse.accounts.saml_guard import Refused

TIMEOUT = 5.0  # seconds, for each step
MAX_ANSWER = 256 * 1024
KEYS_LIFE = 3600.0  # seconds: a key that is withdrawn does not serve for longer
KEYS_PAUSE = 30.0  # between two askings that anybody may cause
OK = 200


def _call(method: str, url: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, Any]:
    """Ask for JSON; redirects are not followed. Gives (status, what was said). Raises Refused `wire`."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read(MAX_ANSWER + 1)
    except (OSError, HTTPException) as error:
        raise Refused("wire", f"{parts.hostname} does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    try:
        return answer.status, oidc_tokens.read_json(content) if len(content) <= MAX_ANSWER else None
    except ValueError:
        return answer.status, None


def tokens(found: Discovery, client: Client, code: str, verifier: str) -> tuple[str, str]:
    """Exchange a code; gives (ID token, access token). Raises Refused."""
    body, headers = oidc.token_request(found, client, code, verifier)
    status, said = _call("POST", found.token_endpoint, body, headers)
    if status != OK or not isinstance(said, dict):
        error = str(said.get("error", "")) if isinstance(said, dict) else ""
        raise Refused("code", f"the token endpoint answers {status} {error[:60]}".strip())
    id_token, access = said.get("id_token"), said.get("access_token")
    if not isinstance(id_token, str):
        raise Refused("token", "the provider sends no ID token")
    return id_token, access if isinstance(access, str) else ""


def userinfo(found: Discovery, access_token: str) -> Mapping[str, Any] | None:
    """Give what the provider says beside the ID token; None where it has nothing to ask. Raises Refused."""
    if not found.userinfo_endpoint or not access_token:
        return None
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    status, said = _call("GET", found.userinfo_endpoint, None, headers)
    if status != OK or not isinstance(said, dict):
        raise Refused("userinfo", f"the userinfo endpoint answers {status}")
    return said


class Keys:
    """The signing keys of providers, remembered for an hour in this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: dict[str, tuple[float, tuple[Key, ...]]] = {}

    def of(self, found: Discovery, kid: str | None, *, pause: float = 0.0) -> tuple[Key, ...]:
        """Give the keys of a provider; they are fetched once more when none has the wanted name.

        `pause` is how many seconds must lie between two fetchings for an unknown name. Raises Refused.
        """
        at, keys = self.kept.get(found.jwks_uri, (float("-inf"), ()))
        age = time.monotonic() - at
        unknown = kid is not None and all(key.kid != kid for key in keys)
        if age > KEYS_LIFE or (unknown and age >= pause):
            keys = oidc_tokens.parse_keys(providers.fetch(found.jwks_uri).decode("utf-8", "replace"))
            with self.lock:
                self.kept[found.jwks_uri] = (time.monotonic(), keys)
        return keys


keys = Keys()
