"""Addresses by which a mail is answered: each is of one notification and one person, and signed.

The local part is `reply+NOTIFICATION-PERSON-SIGNATURE`: 64 characters at most (RFC 5321), and of a kind that
survives programs that write addresses in capitals.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from hashlib import sha256

from rse.core.model import decode_id, encode_id
from rse.core.web import settings

SIGNED = 10  # bytes of the signature: 80 bits, and each try is a mail
PART = re.compile(r"\+([0-9a-z]{1,13})-([0-9a-z]{1,13})-([a-z2-7]{16})@", re.IGNORECASE)


def _sign(key: str, notification_id: int, person_id: int) -> str:
    said = f"reply {notification_id} {person_id}".encode()
    return base64.b32encode(hmac.digest(key.encode(), said, sha256)[:SIGNED]).decode().lower()


def address(notification_id: int, person_id: int) -> str:
    """Give the address at which a person answers a notification; "" where mails cannot be answered."""
    local, at, domain = str(settings().reply_address).partition("@")
    if not at:
        return ""
    signature = _sign(settings().secret_key, notification_id, person_id)
    return f"{local}+{encode_id(notification_id)}-{encode_id(person_id)}-{signature}@{domain}"


def find(addresses: Iterable[str]) -> tuple[int, int] | None:
    """Give the notification and the person of the first address that is one of ours; None without one."""
    for one in addresses:
        for found in PART.finditer(one):
            try:
                ids = decode_id(found[1].lower()), decode_id(found[2].lower())
            except ValueError:
                continue
            keys = (settings().secret_key, *settings().old_keys)
            if any(hmac.compare_digest(_sign(key, *ids), found[3].lower()) for key in keys):
                return ids
    return None
