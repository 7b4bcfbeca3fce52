"""Random secrets that browsers and programs hold, and the hashes that are stored of them."""

import hmac
from hashlib import sha256


def digest(token: str) -> str:
    """Hash a token for storage: it is random and long, so a plain hash does."""
    return sha256(token.encode()).hexdigest()


def same_token(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
