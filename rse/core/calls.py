"""Links that start a call in the tool that the company calls with: Jitsi, Teams, whatever has an address.

`{room}` becomes a name that nobody can guess and that is the same for all who meet there; `{people}` the
e-mail addresses of those who are called, for tools that know them by these.
"""

import hmac
import re
from collections.abc import Collection
from hashlib import sha256
from urllib.parse import quote

from flask import current_app
from sqlalchemy.orm import Session

from rse.core import company

SETTING = "call_link"
ADDRESS = re.compile(r"https://[\w.-]+(:\d+)?/\S*")
ROOM, PEOPLE = "{room}", "{people}"


def is_address(text: str) -> bool:
    """Tell whether this is a template of links: https, and one of the places to fill after its host."""
    path = text.partition("//")[2].partition("/")[2]
    return bool(ADDRESS.fullmatch(text)) and (ROOM in path or PEOPLE in path)


def of_pair(session: Session, one: int, other: int, email: str) -> str:
    """Give the link by which a person calls another one; "" where the company has none, or no address."""
    first, last = sorted((one, other))
    return _filled(session, f"pair:{first}:{last}", [email] if email else [])


def of_conversation(session: Session, conversation_id: int) -> str:
    """Give the link by which the people of a conversation meet; "" where the tool has no rooms."""
    return _filled(session, f"conversation:{conversation_id}", [])


def _filled(session: Session, place: str, emails: Collection[str]) -> str:
    link = str(company.get(session, SETTING, ""))
    if not link or (PEOPLE in link and not emails):
        return ""
    key = str(current_app.secret_key).encode()
    room = hmac.new(key, f"call:{place}".encode(), sha256).hexdigest()[:24]
    return link.replace(ROOM, room).replace(PEOPLE, quote(",".join(emails), safe="@,"))
