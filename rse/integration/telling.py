"""Telling webhooks: what is due is read as the webhook may read it now, signed, sent, and tried again later.

Signed by the Standard Webhooks specification, `webhook-signature: v1,` and in base64 the HMAC-SHA256 of
`id.time.body`.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.accounts.sealing import CannotOpen, unseal
from rse.core import clock, db, jobs, outside
from rse.core.api import dumps
from rse.core.audience import EVERYONE, Viewer
from rse.core.model import encode_id
from rse.core.policy import NotFound
from rse.core.render import iso
from rse.core.web import settings
from rse.feed import documents
from rse.feed import queries as feed
from rse.feed.models import Comment, Post
from rse.groups.models import Group
from rse.integration import policy
from rse.integration.models import Webhook, WebhookDelivery, WebhookGroup
from rse.integration.service import PREFIX, PURPOSE

log = structlog.get_logger()
# How long after each failure it is tried again: given up after the last, a day and a half later.
AGAIN = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21_600, 36_000, 57_600))
LEASE = timedelta(minutes=2)
AT_ONCE = 50
OK, MULTIPLE_CHOICES, GONE = 200, 300, 410
OWN = {"my_reactions", "reason"}  # of a post's document: about a viewer, and a program is none
PING = "ping"


class Dropped(Exception):
    """There is nothing to tell any more: it was deleted, or the webhook may not read it now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: where to, which bytes, and the headers that name and sign them."""

    url: str
    content: bytes
    headers: Mapping[str, str]


def soon(_session: Session, events: Any) -> None:
    """Let the worker send what is owed: not here, where others wait."""
    if events:
        tell_soon()


@jobs.job
def tell_soon() -> None:
    """Send what webhooks are owed."""
    tell_due()


@jobs.schedule("* * * * *")
def tell_again() -> None:
    """Send what webhooks are still owed."""
    tell_due()


def tell_due() -> int:
    """Send what is due, each outside of any transaction; gives how many were taken."""
    sent = 0
    while ids := _lease():
        sent += sum(_tell(delivery_id) for delivery_id in ids)
    return sent


def _lease() -> Sequence[int]:
    """Take some of what is due for a while, so that nobody else sends it."""
    session, now = db.begin_write(), clock.now()
    due = select(WebhookDelivery.id).where(WebhookDelivery.next_at <= now)
    due = due.order_by(WebhookDelivery.next_at, WebhookDelivery.id).limit(AT_ONCE)
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    ids = list(session.scalars(due))
    taken = update(WebhookDelivery).where(WebhookDelivery.id.in_(ids)).values(next_at=now + LEASE)
    session.execute(taken.execution_options(synchronize_session=False))
    db.commit()
    return ids


def _tell(delivery_id: int) -> bool:
    """Send one thing and note how it went."""
    try:
        letter = _letter(db.session(), delivery_id)
        db.rollback()  # nothing is open while the other side takes its time
        status = outside.post(letter.url, letter.content, letter.headers)
    except Dropped:
        return _note(delivery_id, "dropped")
    except CannotOpen:
        return _note(delivery_id, "failed", problem="secret")
    except outside.NotAsked as refusal:
        return _again(delivery_id, None, _why(refusal))
    if OK <= status < MULTIPLE_CHOICES:
        return _note(delivery_id, "sent", answer=status)
    if status == GONE:
        return _note(delivery_id, "failed", answer=status, problem="gone")
    return _again(delivery_id, status, "answer")


def _why(refusal: outside.NotAsked) -> str:
    """Name in a word, of words.PROBLEMS, why a server could not be told."""
    said = str(refusal)
    return "silent" if said.startswith("no answer") else "name" if said.startswith("the name") else "address"


def _note(delivery_id: int, state: str, *, answer: int | None = None, problem: str = "") -> bool:
    db.rollback()
    session = db.begin_write()
    values = {"state": state, "answer": answer, "problem": problem, "next_at": None}
    row = WebhookDelivery.id == delivery_id
    session.execute(
        update(WebhookDelivery).where(row).values(**values, attempts=WebhookDelivery.attempts + 1)
    )
    db.commit()
    return state == "sent"


def _again(delivery_id: int, answer: int | None, problem: str) -> bool:
    """Note a failure: tried again later and later, then given up."""
    db.rollback()
    session = db.begin_write()
    row = session.get(WebhookDelivery, delivery_id, populate_existing=True)
    if row is not None:
        row.answer, row.problem, row.attempts = answer, problem, row.attempts + 1
        if row.attempts > len(AGAIN):
            row.state, row.next_at = "failed", None
        else:
            row.next_at = clock.now() + AGAIN[row.attempts - 1]
    db.commit()
    log.info("a webhook was not told", answer=answer)  # not where: addresses hold secrets of others
    return False


def _letter(session: Session, delivery_id: int) -> Letter:
    """Write and sign what a webhook is told. Raises Dropped and CannotOpen."""
    row = session.get(WebhookDelivery, delivery_id, populate_existing=True)
    hook = session.get(Webhook, row.webhook_id) if row is not None else None
    if row is None or hook is None or row.state != "waiting":
        raise Dropped
    told = {"type": row.event, "timestamp": iso(row.at), "data": _data(session, hook, row)}
    content, ident, at = dumps(told), f"msg_{encode_id(row.id)}", str(int(clock.now().timestamp()))
    key = unseal(hook.secret, settings().secret_key, PURPOSE, old=settings().old_keys)
    signature = sign(key, ident, at, content)
    headers = {"Content-Type": "application/json", "webhook-id": ident, "webhook-timestamp": at}
    return Letter(hook.url, content, headers | {"webhook-signature": signature})


def sign(secret: str, ident: str, at: str, content: bytes) -> str:
    """Give the signature of a message (Standard Webhooks 1.0: the key is the base64 after the prefix)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    made = hmac.new(key, f"{ident}.{at}.".encode() + content, sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _data(session: Session, hook: Webhook, row: WebhookDelivery) -> dict[str, Any]:
    if row.event == PING:
        return {"name": hook.name}
    group = session.get(Group, row.group_id) if row.group_id is not None else None
    reader = _reader(session, hook, group)
    if row.event.startswith("member."):
        return _member(session, reader, group, row.object_id)
    try:
        return _written(session, reader, row)
    except NotFound as gone:
        raise Dropped from gone


def _reader(session: Session, hook: Webhook, group: Group | None) -> Viewer:
    """Give the viewer that a webhook is for one place, by what it may hear now. Raises Dropped."""
    tokens: frozenset[str] = frozenset()
    if group is None:
        tokens = policy.tokens(everyone=hook.everyone, group=None)
    else:
        tie = session.get(WebhookGroup, (hook.id, group.id))
        if tie is not None and policy.may_hear(group, private=tie.private):
            tokens = policy.tokens(everyone=hook.everyone, group=group)
        elif hook.everyone and group.visibility == "open":
            tokens = frozenset({EVERYONE})
    if not tokens:
        raise Dropped
    return Viewer(0, "service", frozenset(), tokens)


def _member(session: Session, reader: Viewer, group: Group | None, person_id: int) -> dict[str, Any]:
    card = cards(session, [person_id]).get(person_id)
    if card is None or group is None or not reader.tokens:
        raise Dropped
    return {"group": {"slug": group.slug, "name": group.name}, "person": documents.person(card)}


def _written(session: Session, reader: Viewer, row: WebhookDelivery) -> dict[str, Any]:
    """Give a post or a comment as the webhook may read it now. Raises NotFound."""
    comment = None if row.event.startswith("post.") else session.get(Comment, row.object_id)
    post = session.get(Post, comment.post_id if comment is not None else row.object_id)
    if post is None or post.group_id != row.group_id or not reader.holds(post.audience):
        raise NotFound  # deleted, or moved elsewhere since
    if row.event == "post.deleted":
        return {"post": {"id": encode_id(post.id)}}
    written = {"post": _shown(documents.post(session, reader, post.id), f"/posts/{encode_id(post.id)}")}
    if comment is None:
        return written
    if comment.deleted_at is not None:
        raise NotFound
    lines = list(feed.comments_by_id(session, [comment.id]).values())
    (found,) = documents.comments(session, reader, post.id, lines)
    return written | {"comment": _shown(found, f"/comments/{encode_id(comment.id)}")}


def _shown(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Leave out of a document what is about a viewer, and say where people find it."""
    about = {name: value for name, value in document.items() if name not in OWN}
    return about | {"url": f"{settings().base_url}{path}"}
