"""Mails in words: one thread, or what has gathered; readable as plain text, with a way out of each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from rse.core.i18n import get_locale, ngettext
from rse.core.mail import Mail
from rse.core.web import settings
from rse.notifications import answering
from rse.notifications.queries import Item

EVERYTHING = "*"  # the way out of a digest: no mail at all
SHOWN = 5  # lines of a thread
TALKS = ("post:", "draft:", "conversation:", "page:")  # threads that one answers


@dataclass(frozen=True, slots=True)
class Part:
    """A thread in a mail."""

    subject: str
    url: str
    items: Sequence[Item]
    more: int
    answerable: bool


def _signer() -> Any:
    keys = [
        *reversed(settings().old_keys),
        str(current_app.secret_key),
    ]  # the last one signs, all are accepted
    return URLSafeSerializer(keys, salt="unsubscribe")


def way_out(person_id: int, kind: str) -> str:
    """Give the address that ends the mails of a kind for a person, without signing in."""
    return f"{settings().base_url}/notifications/unsubscribe/{_signer().dumps([person_id, kind])}"


def read_way_out(token: str) -> tuple[int, str] | None:
    """Read whose mails of which kind end; None for what is not one of ours."""
    try:
        person_id, kind = _signer().loads(token)
        return int(person_id), str(kind)
    except (BadSignature, TypeError, ValueError):
        return None


def _parts(items: Sequence[Item]) -> list[Part]:
    threads: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        threads[item.noted.thread].append(item)
    return [
        Part(
            of_it[0].line.subject, of_it[0].line.url, of_it[:SHOWN], max(0, len(of_it) - SHOWN),
            thread.startswith(TALKS),
        )
        for thread, of_it in threads.items()
    ]  # fmt: skip


def letter(person: Any, items: Sequence[Item], *, network: str) -> Mail:
    """Write the mail of these notifications, in the present language; the oldest stands first."""
    base, host = settings().base_url, urlsplit(settings().base_url).hostname or "localhost"
    parts = _parts(sorted(items, key=lambda item: item.noted.id))
    single = len(parts) == 1
    kinds = {item.noted.kind for item in items}
    out = way_out(person.id, kinds.pop() if len(kinds) == 1 else EVERYTHING)
    newest = max(item.noted.id for item in items)
    answers = _reply_to(parts[0].items[-1] if single else None, person.id)
    values = {
        "answers": bool(answers), "base": base, "network": network, "parts": parts, "out": out,
        "single": single,
        "name": person.display_name, "language": get_locale(),
    }  # fmt: skip
    templates = current_app.jinja_env
    return Mail(
        to=person.email,
        to_name=person.display_name,
        subject=_subject(parts[0]) if single else gathered(len(items), network),
        text=templates.get_template("notifications/mail.txt").render(**values),
        html=templates.get_template("notifications/mail.html").render(**values),
        message_id=f"<notification.{newest}.{person.id}@{host}>",
        references=f"<thread.{items[0].noted.thread.replace(':', '.')}@{host}>" if single else "",
        headers=answers
        | {
            "List-Unsubscribe": f"<{out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            "List-Id": f"<notifications.{host}>",
        },
    )


def _reply_to(item: Item | None, person_id: int) -> dict[str, str]:
    """Give where an answer goes, of a mail about one thread that can be commented."""
    if item is None or not item.noted.thread.startswith("post:"):
        return {}
    address = answering.address(item.noted.id, person_id)
    return {"Reply-To": address} if address else {}


def _subject(part: Part) -> str:
    """Name the thread of a talk; where nothing is answered, say what has happened."""
    return part.subject if part.answerable else part.items[-1].line.text


def gathered(number: int, network: str) -> str:
    """Say how much there is, when it is of several threads."""
    return ngettext(
        "%(n)s notification on %(network)s", "%(n)s notifications on %(network)s", number, network=network
    )
