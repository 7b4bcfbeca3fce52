"""Web push as the standards say it: sealed for one browser (RFC 8291), signed by who sends it (RFC 8292).

Nobody between reads it: the browser's push service carries bytes that the browser alone opens.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

MOST = 3000  # bytes of a message: a push service takes 4096 with what is around it (RFC 8030)
SIGNED_FOR = timedelta(hours=12)  # RFC 8292 allows 24
SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Keys:
    """The sender's pair: the public one as browsers take it, the private one as PEM."""

    public: str
    private: str


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser is reached, and for whom a message is sealed."""

    endpoint: str
    p256dh: str
    auth: str


def encode(content: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url, padded or not. Raises ValueError."""
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def new_keys() -> Keys:
    """Make a pair of keys (P-256)."""
    made = generate_private_key(SECP256R1())
    public = made.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Keys(encode(public), private.decode())


def check(browser: Browser, *, tls: bool) -> None:
    """Raise ValueError unless a message can be sealed for this browser and sent there (over TLS)."""
    if tls and not browser.endpoint.startswith("https://"):
        raise ValueError("not over TLS")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decode(browser.p256dh))
    if len(decode(browser.auth)) != SECRET_BYTES:
        raise ValueError("the secret has 16 bytes")


def seal(content: bytes, browser: Browser) -> bytes:
    """Seal bytes so that only this browser opens them."""
    once: Any = generate_private_key(SECP256R1())
    sealed: bytes = http_ece.encrypt(
        content, private_key=once, dh=decode(browser.p256dh), auth_secret=decode(browser.auth),
        version="aes128gcm",
    )  # fmt: skip
    return sealed


def headers(
    browser: Browser, keys: Keys, *, contact: str, now: datetime, lives: timedelta, topic: str
) -> Mapping[str, str]:
    """Give the headers of a message: who sends it, how long it is worth delivering, what it replaces.

    `contact` is an address (mailto: or https:) at which a push service finds who runs this network.
    """
    parts = urlsplit(browser.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    key = ECKey.import_key(keys.private)
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, key)
    return {
        "Authorization": f"vapid t={token}, k={keys.public}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int(lives.total_seconds()))),
        "Topic": encode(sha256(topic.encode()).digest())[:32],
        "Urgency": "normal",
    }
