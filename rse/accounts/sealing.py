"""Secrets of other services (a client secret, a directory's password), kept sealed in the database.

Fernet (AES-128-CBC with HMAC-SHA256) under a key derived from RSE_SECRET_KEY by HKDF (RFC 5869); each
purpose has its own key. A secret key that was replaced still opens them (RSE_SECRET_KEY_OLD) until they are
sealed anew; without it they are entered again.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class CannotOpen(Exception):
    """The value was sealed under another key, or was changed."""


def _box(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"rse {purpose}".encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str, secret_key: str, purpose: str = "client secret") -> str:
    """Seal a secret for the database; an empty one stays empty."""
    return _box(secret_key, purpose).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str, secret_key: str, purpose: str = "client secret", *, old: Sequence[str] = ()) -> str:
    """Open a secret sealed under the secret key or one of those before it. Raises CannotOpen."""
    boxes = MultiFernet([_box(key, purpose) for key in (secret_key, *old)])
    try:
        return boxes.decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as error:
        raise CannotOpen("sealed under another RSE_SECRET_KEY") from error


def opens(sealed: str, secret_key: str, purpose: str = "client secret") -> bool:
    """Tell whether a secret is sealed under this key, not under one before it."""
    try:
        unseal(sealed, secret_key, purpose)
    except CannotOpen:
        return False
    return True
