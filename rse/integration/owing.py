"""From what happens to what is owed: which webhooks are told of an event, once each, names only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import EVERYONE
from rse.core.events import Event, emit
from rse.feed.events import AnswerAccepted, CommentAdded, PostDeleted, PostPublished
from rse.feed.models import Comment, Post
from rse.groups.events import GroupRetokened, MemberJoined, MemberLeft
from rse.groups.models import Group
from rse.integration import policy
from rse.integration.events import DeliveriesOwed
from rse.integration.models import IncomingHook, Webhook, WebhookDelivery, WebhookGroup


@dataclass(frozen=True, slots=True)
class Happened:
    """What some webhooks are to be told: of a place that everybody reads, or of a group."""

    event: str
    key: str
    object_id: int
    group_id: int | None
    open: bool
    at: datetime


def _post(session: Session, event: str, post_id: int, object_id: int, at: datetime) -> Iterator[Happened]:
    post = session.get(Post, post_id)
    if post is not None and not post.historical:
        key = f"{event}:{object_id}"
        yield Happened(event, key, object_id, post.group_id, post.audience == EVERYONE, at)


def _published(session: Session, event: PostPublished) -> Iterator[Happened]:
    yield from _post(session, "post.published", event.post_id, event.post_id, event.at)


def _deleted(session: Session, event: PostDeleted) -> Iterator[Happened]:
    yield from _post(session, "post.deleted", event.post_id, event.post_id, event.at)


def _commented(session: Session, event: CommentAdded) -> Iterator[Happened]:
    yield from _post(session, "comment.added", event.post_id, event.comment_id, event.at)


def _accepted(session: Session, event: AnswerAccepted) -> Iterator[Happened]:
    if event.comment_id is not None and session.get(Comment, event.comment_id) is not None:
        yield from _post(session, "answer.accepted", event.post_id, event.comment_id, event.at)


def _moved(session: Session, event: MemberJoined | MemberLeft) -> Iterator[Happened]:
    group = session.get(Group, event.group_id)
    if group is not None:
        name, now = "member.joined" if isinstance(event, MemberJoined) else "member.left", clock.now()
        key = f"{name}:{event.group_id}:{event.person_id}:{int(now.timestamp()) // 60}"
        yield Happened(name, key, event.person_id, group.id, group.visibility == "open", now)


HEARD: Mapping[type[Event], Callable[[Session, Any], Iterator[Happened]]] = {
    PostPublished: _published,
    PostDeleted: _deleted,
    CommentAdded: _commented,
    AnswerAccepted: _accepted,
    MemberJoined: _moved,
    MemberLeft: _moved,
}


def owe(session: Session, events: Sequence[Event]) -> None:
    """Note what each webhook is to be told of these events; it runs from the outbox, perhaps twice."""
    if session.scalar(select(Webhook.id).limit(1)) is None:
        return
    told: set[int] = set()
    for event in events:
        for happened in HEARD[type(event)](session, event):
            told |= {hook.id for hook in _listening(session, happened) if _owe(session, hook.id, happened)}
    session.flush()
    for webhook_id in sorted(told):
        emit(session, DeliveriesOwed(webhook_id))


def _listening(session: Session, happened: Happened) -> list[Webhook]:
    """Give the webhooks that are to hear of something, and may."""
    given = select(WebhookGroup.webhook_id).where(WebhookGroup.group_id == happened.group_id)
    given = given if happened.open else given.where(WebhookGroup.private)
    here = or_(Webhook.everyone, Webhook.id.in_(given)) if happened.open else Webhook.id.in_(given)
    return [hook for hook in session.scalars(select(Webhook).where(here)) if happened.event in hook.events]


def _owe(session: Session, webhook_id: int, happened: Happened) -> bool:
    known = select(WebhookDelivery.id).where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.key == happened.key
    )
    if session.scalar(known) is not None:
        return False
    session.add(
        WebhookDelivery(
            webhook_id=webhook_id, key=happened.key, event=happened.event, object_id=happened.object_id,
            group_id=happened.group_id, at=happened.at, next_at=clock.now(),
        )
    )  # fmt: skip
    return True


def follow(session: Session, events: Sequence[GroupRetokened]) -> None:
    """Take a group that is closed from those who heard of it as an open one; its hooks go with it."""
    for event in events:
        group = session.get_one(Group, event.group_id)
        ties = WebhookGroup.group_id == group.id
        if not policy.may_hear(group, private=False):
            session.execute(delete(WebhookGroup).where(ties, ~WebhookGroup.private))
        authors = select(IncomingHook.person_id).where(IncomingHook.group_id == group.id)
        named = update(Person).where(Person.id.in_(authors)).values(audience=group.audience)
        session.execute(named.execution_options(synchronize_session=False))
