"""From an event to notifications, in the worker: who is told, who may read it now, in small transactions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts import rights
from rse.accounts.models import Person
from rse.chat.events import ConversationRead
from rse.chat.models import Message
from rse.core import clock
from rse.core.audience import EVERYONE
from rse.core.events import Event, emit
from rse.core.notice import Notice, Told
from rse.core.web import registry, settings
from rse.drafts.events import DraftGone, ReadingEnded
from rse.features import FEATURES
from rse.feed.events import CommentChanged, PostDeleted, PostMoved
from rse.feed.models import Comment, Post
from rse.groups.events import GroupRetokened, MemberLeft
from rse.groups.models import Group, Membership
from rse.notifications import queries, service, subscribing
from rse.notifications.events import Forgotten, Spread
from rse.notifications.models import Notification
from rse.notifications.service import Receiver
from rse.notifications.wishes import mail_at, push_at

AT_ONCE = 100  # people who are told in the transaction of the event itself
BATCH = 500  # people in one transaction when there are more


def notices() -> tuple[Notice, ...]:
    """Give every kind of notification, in the order in which they are looked at."""
    found: tuple[Notice, ...] = registry().all("notices")
    return found


def told_events() -> tuple[type[Event], ...]:
    """Give the events that somebody is told of, as the features below declare them."""
    below = FEATURES[: FEATURES.index("notifications")]
    declared = [import_module(f"rse.{name}.feature").feature for name in below]
    found = (event for feature in declared for notice in feature.notices for event in notice.events)
    return tuple(dict.fromkeys(found))


def kinds() -> dict[str, Notice]:
    """Give them by their names."""
    return {notice.kind: notice for notice in notices()}


def tell(session: Session, events: Sequence[Event]) -> None:
    """Tell people of what has happened. Twice is once: a notification has a key."""
    for event in events:
        for notice in notices():
            if isinstance(event, notice.events):
                for told in notice.tell(session, event):
                    _begin(session, notice, told)


def _begin(session: Session, notice: Notice, told: Told) -> None:
    """Tell few people now; many in pieces, each owed by the outbox."""
    people = None if told.people is None else sorted(set(told.people) - {told.by_id})
    if people is not None and len(people) <= AT_ONCE:
        _deliver(session, notice, told, _readers(session, told, people))
        return
    for start in range(0, len(people or [0]), BATCH):
        emit(session, piece(notice, told, people[start : start + BATCH] if people else ()))


def piece(notice: Notice, told: Told, people: Sequence[int], after: int = 0) -> Spread:
    """Give the event that owes people, or whoever holds the audience after one of them, to the outbox."""
    return Spread(
        told.key, notice.kind, told.thread, told.object_id, told.at, told.audience, told.by_id, told.group_id,
        after, tuple(people),
    )  # fmt: skip


def spread(session: Session, events: Sequence[Spread]) -> None:
    """Tell one piece of many people, and owe the next piece to the outbox."""
    for event in events:
        notice = kinds().get(event.kind)
        if notice is None:
            continue
        told = Told(
            event.key, event.thread, event.object_id, event.at, event.audience, event.people, event.by_id,
            event.group_id,
        )  # fmt: skip
        audience = _audience_now(session, told)
        if not audience:
            continue
        told = replace(told, audience=audience)
        if event.people:
            _deliver(session, notice, told, _readers(session, told, event.people))
            continue
        people = list(session.scalars(_holders(audience, event.after).limit(BATCH)))
        _deliver(session, notice, told, [person for person in people if person != event.by_id])
        if len(people) == BATCH:
            emit(session, piece(notice, told, (), people[-1]))


def _audience_now(session: Session, told: Told) -> str:
    """Give who reads what is told of by now: a post may be gone, or its group closed, while many are told."""
    if not told.thread.startswith("post:"):
        return told.audience
    post_id = int(told.thread.removeprefix("post:"))
    present = select(Post.audience).where(Post.id == post_id, Post.deleted_at.is_(None))
    return session.scalar(present) or ""


def _holders(audience: str, after: int) -> Any:
    """Give the query of the active people who hold an audience, by id."""
    active = select(Person.id).where(Person.status == "active", Person.id > after).order_by(Person.id)
    if audience == EVERYONE:
        return active.where(Person.kind == "employee")
    kind, _colon, number = audience.partition(":")
    if kind != "group":
        return active.where(Person.id == (int(number) if kind == "person" else -1))
    inside = (Membership.group_id == int(number), Membership.state == "active")
    return active.join(Membership, Membership.person_id == Person.id).where(*inside)


def _readers(session: Session, told: Told, people: Iterable[int]) -> list[int]:
    """Give those of these people who are active and hold the audience now."""
    tokens = rights.tokens_of(session, people)
    return [person for person in people if told.audience in tokens.get(person, ()) and person != told.by_id]


def _deliver(session: Session, notice: Notice, told: Told, people: Sequence[int]) -> None:
    listening = service.without_muted(session, told.thread, people)
    zone, mails = settings().timezone, bool(settings().mail_url)
    reached = subscribing.reached(session, listening)
    receivers = []
    for person, (wishes, place) in queries.wishes_and_places(session, listening, zone).items():
        shown = wishes.on(notice, "app", told.group_id)
        by_mail = mails and wishes.on(notice, "mail", told.group_id)
        at = mail_at(wishes, place.company, place.zone, told.at) if by_mail else None
        pushed = person in reached and wishes.on(notice, "push", told.group_id)
        soon = push_at(wishes, place.company, place.zone, told.at) if pushed else None
        if shown or at or soon:
            hidden = not (shown and notice.in_bell)
            receivers.append(Receiver(person, hidden=hidden, mail_at=at, push_at=soon))
    service.store(session, notice.kind, told, receivers)


def forget(session: Session, events: Sequence[Any]) -> None:
    """Delete what told of something that is gone, or that people may not read any more."""
    for event in events:
        match event:
            case DraftGone() | ReadingEnded():
                _forget_draft(session, event)
            case PostDeleted():
                _forget_thread(session, Forgotten(f"post:{event.post_id}"))
            case PostMoved():
                _follow_move(session, event.post_id)
            case CommentChanged():
                gone = session.scalar(select(Comment.deleted_at).where(Comment.id == event.comment_id))
                if gone is not None:
                    _forget_thread(session, Forgotten(f"post:{event.post_id}", event.comment_id))
            case Forgotten():
                _forget_thread(session, event)
            case MemberLeft():
                _forget_left(session, event.group_id, [Notification.person_id == event.person_id])
            case GroupRetokened():
                _forget_left(session, event.group_id, [])


def _forget_draft(session: Session, event: DraftGone | ReadingEnded) -> None:
    """Delete what told of a draft that is gone, or that one person does not read any more."""
    of_it = [Notification.thread == f"draft:{event.draft_id}"]
    if isinstance(event, ReadingEnded):
        of_it.append(Notification.person_id == event.person_id)
    service.forget(session, *of_it, limit=BATCH)


def _forget_thread(session: Session, gone: Forgotten) -> None:
    of_it = [Notification.thread == gone.thread]
    if gone.object_id:
        of_it.append(Notification.object_id == gone.object_id)
    if service.forget(session, *of_it, limit=BATCH) == BATCH:
        emit(session, gone)


def _follow_move(session: Session, post_id: int) -> None:
    """Delete what told of a post to people who do not read it any more; the rest follows it to its group."""
    post = session.get(Post, post_id, populate_existing=True)
    if post is None or post.deleted_at is not None:
        return
    here = Notification.thread == f"post:{post_id}"
    people = session.scalars(select(Notification.person_id).where(here).distinct()).all()
    for start in range(0, len(people), BATCH):
        part = people[start : start + BATCH]
        tokens = rights.tokens_of(session, part)
        gone = [person for person in part if post.audience not in tokens.get(person, ())]
        service.forget(session, here, Notification.person_id.in_(gone))
    session.execute(update(Notification).where(here).values(group_id=post.group_id))


def _forget_left(session: Session, group_id: int, of_whom: list[Any]) -> None:
    """Delete what told of a group that only its members read, for those who are none; an invitation stays."""
    audience = session.scalar(select(Group.posts_audience).where(Group.id == group_id))
    if audience == EVERYONE:
        return
    tied = select(Membership.person_id).where(Membership.group_id == group_id)
    left = Notification.person_id.not_in(tied)
    service.forget(session, Notification.group_id == group_id, left, *of_whom)


def follow_reading(session: Session, events: Sequence[ConversationRead]) -> None:
    """Note that who has read a conversation needs not be told of it."""
    for event in events:
        last = select(Message.id).where(
            Message.conversation_id == event.conversation_id, Message.seq == event.seq
        )
        message_id = session.scalar(last)
        if message_id is not None:
            thread = f"conversation:{event.conversation_id}"
            service.read(session, event.person_id, thread=thread, object_up_to=message_id)


def purge(session: Session, days: int) -> int:
    """Delete a piece of the notifications older than so many days. Gives how many there were."""
    before = clock.now() - timedelta(days=days)
    return service.forget(session, Notification.at < before, limit=BATCH)


FORGETTING = (
    PostDeleted, PostMoved, CommentChanged, MemberLeft, GroupRetokened, DraftGone, ReadingEnded, Forgotten,
)  # fmt: skip
