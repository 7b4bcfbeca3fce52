"""An OpenID provider on a host of its own, which says what a test wants it to say."""

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from authlib.oauth2.rfc7636.challenge import compare_s256_code_challenge
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "rse-client", "s3cret/with+signs"
ADA = {
    "sub": "ada-7",
    "preferred_username": "ada.king",
    "email": "ada@x.example",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "King",
    "groups": ["engineers", "staff"],
    "realm_access": {"roles": ["rse-moderator"]},
}
PROTOCOL = ("iss", "aud", "exp", "iat", "nonce", "at_hash", "sid", "azp")
_RSA = [RSAKey.generate_key(2048, {"kid": f"rsa{n}"}) for n in range(2)]
_EC = ECKey.generate_key("P-256", {"kid": "ec"})


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)
    )
    return ".".join((*parts, ""))


def sign(claims: dict[str, Any], key: Any, alg: str = "RS256", **header: Any) -> str:
    head = {"alg": alg, "kid": key.kid} | header
    head = {name: value for name, value in head.items() if value is not None}
    return str(jws.serialize_compact(head, json.dumps(claims), key, algorithms=[alg]))


@dataclass
class Provider:
    """What it says; every part can be bent."""

    port: int = 0
    person: dict[str, Any] = field(default_factory=lambda: dict(ADA))
    discovery: dict[str, Any] = field(default_factory=dict)
    bend: Callable[[dict[str, Any]], None] = lambda claims: None
    signed: Callable[[dict[str, Any]], str] = field(default=lambda claims: sign(claims, _RSA[0]))
    userinfo: dict[str, Any] | None = None
    userinfo_status: int = 200
    shown: list[Any] = field(default_factory=lambda: [_RSA[0], _EC])
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    down: bool = False

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}/realm"

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
        } | self.discovery

    def authorize(self, url: str) -> dict[str, str]:
        """Answer the question that a browser brings, as if its person had signed in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        login = (
            base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            if authorization
            else []
        )
        if [unquote(part) for part in login] != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        good = asked is not None and form["redirect_uri"] == asked["redirect_uri"]
        if not good or not compare_s256_code_challenge(form["code_verifier"], asked["code_challenge"]):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        half = sha256(access.encode()).digest()[:16]
        now = int(time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="), "sid": "session-1",
        }  # fmt: skip
        claims |= {"sub": self.person["sub"]} if self.userinfo is not None else self.person
        self.bend(claims)
        id_token = self.signed(claims)
        self.issued += [access, id_token]
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": id_token}

    def answer(self, method: str, path: str, body: str, headers: Any) -> tuple[int, Any]:
        self.asked.append(path)
        if self.down:
            return 503, {"error": "down"}
        if path == "/realm/.well-known/openid-configuration":
            return 200, self.described()
        if path == "/realm/jwks":
            return 200, {"keys": [key.as_dict(private=False) for key in self.shown]}
        if path == "/realm/token" and method == "POST":
            return self.token(dict(parse_qsl(body)), headers.get("Authorization", ""))
        if path == "/realm/userinfo":
            assert headers["Authorization"].startswith("Bearer ")
            return self.userinfo_status, self.userinfo if self.userinfo is not None else self.person
        return 404, {}


def rsa(number: int = 0) -> RSAKey:
    return _RSA[number]


def ec() -> ECKey:
    return _EC


def public_key_as_secret(claims: dict[str, Any]) -> str:
    """The oldest trick: the public key's bytes as the secret of an HMAC."""
    head = unsigned(claims, {"alg": "HS256", "kid": "rsa0"}).rstrip(".")
    mac = hmac.new(_RSA[0].as_pem(private=False), head.encode(), "sha256").digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@contextmanager
def serve() -> Iterator[Provider]:
    """Start it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            status, said = provider.answer(self.command, self.path, body, self.headers)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = reply  # noqa: N815 - the names that http.server calls

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def query(values: dict[str, str]) -> str:
    return urlencode(values)
