"""A push service of a browser's maker on this machine: it checks who sends, opens what came, and answers as it is set to."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from rse.core import outside
from rse.notifications.webpush import decode, encode


class Browser:
    """A browser that has asked the service for an address: it alone opens what is sent there."""

    def __init__(self, service: "PushService", name: str) -> None:
        self.service, self.name = service, name
        self.key: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.auth = b"sixteen bytes, a"

    @property
    def form(self) -> dict[str, str]:
        """What its page sends to the network."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.service.url}/push/{self.name}",
            "p256dh": encode(public),
            "auth": encode(self.auth),
        }

    def opened(self) -> list[dict[str, Any]]:
        """Give what was pushed to it, opened."""
        return [self.open(content) for name, _headers, content in self.service.taken if name == self.name]

    def open(self, content: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(content, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        found: dict[str, Any] = json.loads(plain)
        return found


class PushService:
    """The server. `answers` sets what a browser's address answers: 201 unless it is named."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: list[tuple[str, Mapping[str, str], bytes]] = []
        self.asked: list[str] = []
        self.answers: dict[str, int] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        real = outside.is_public
        monkeypatch.setattr(outside, "PORTS", {"http": self.server.server_address[1], "https": 443})
        monkeypatch.setattr(outside, "is_public", lambda a: str(a) == "127.0.0.1" or real(a))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                name = self.path.removeprefix("/push/")
                service.asked.append(name)
                answer = service.answers.get(name, 201)
                if answer < 300:
                    service.taken.append((name, {k.lower(): v for k, v in self.headers.items()}, content))
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler

    def __enter__(self) -> Self:
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def claims(self, headers: Mapping[str, str], public_key: str) -> dict[str, Any]:
        """Check who signed a push, as RFC 8292 asks a push service to, and give what they say."""
        scheme, _space, rest = headers["authorization"].partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (scheme, said["k"]) == ("vapid", public_key)
        point = decode(said["k"])
        key = ECKey.import_key(
            {"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
        )
        token = jwt.decode(said["t"], key, algorithms=["ES256"])
        found: dict[str, Any] = token.claims
        return found
