"""Topics: named lines inside the one discussion of a group, made by who writes, kept by who looks after it.

Unread is of the whole discussion; a message without a topic costs nothing of this.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.accounts.names import folded_name
from rse.chat import policy, queries, service
from rse.chat.models import Message, Topic
from rse.chat.policy import Place
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, require
from rse.groups import policy as groups

MOST = 200  # of one discussion: more could not be chosen from
OFFERED = 30  # open ones that the place to write offers, the last used first


@dataclass(frozen=True, slots=True)
class Counted:
    """A topic with the number of its messages that the viewer reads."""

    topic: Topic
    messages: int


def of(session: Session, place: Place, topic_id: int) -> Topic:
    """Give a topic of a discussion. Raises NotFound."""
    found = session.get(Topic, topic_id)
    if found is None or found.conversation_id != place.conversation.id:
        raise NotFound
    return found


def known(session: Session, ids: Collection[int]) -> dict[int, Topic]:
    """Give topics by id; the caller has checked who reads them. No query for none."""
    if not ids:
        return {}
    return {one.id: one for one in session.scalars(select(Topic).where(Topic.id.in_(ids)))}


def offered(session: Session, place: Place) -> list[Topic]:
    """Give the open topics of a discussion, the last used first; no query outside of groups."""
    if place.direct:
        return []
    query = select(Topic).where(Topic.conversation_id == place.conversation.id, Topic.closed_at.is_(None))
    return list(session.scalars(query.order_by(Topic.active_at.desc(), Topic.id.desc()).limit(OFFERED)))


def listed(session: Session, place: Place) -> list[Counted]:
    """Give every topic of a discussion, the open ones first, each with the number of its messages."""
    if place.direct:
        return []
    number = (
        select(func.count(Message.id))
        .where(Message.topic_id == Topic.id, Message.deleted_at.is_(None))
        .scalar_subquery()
    )
    query = select(Topic, number).where(Topic.conversation_id == place.conversation.id)
    query = query.order_by(Topic.closed_at.is_not(None), Topic.active_at.desc(), Topic.id.desc()).limit(MOST)
    return [Counted(*row) for row in session.execute(query)]


def messages(
    session: Session,
    place: Place,
    topic_id: int,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """Give `limit + 1` messages of a topic: after a number upwards, else those before one downwards."""
    query = select(Message).where(
        Message.topic_id == topic_id,
        Message.conversation_id == place.conversation.id,
        Message.era >= place.since_era,
    )
    return queries.stretch(session, query, after, before, limit)


def make(session: Session, viewer: Viewer, place: Place, name: str) -> tuple[Topic, bool]:
    """Make a topic, or give the one of that name; says whether it is new. Flushes.

    Raises Refused for who may not write, NotFound outside of a group's discussion, Invalid(new_topic=...).
    """
    if place.direct:
        raise NotFound
    reason = _("Who writes in a discussion makes its topics.")
    require(policy.may_send(viewer, place), Action.SEND_MESSAGE, reason)
    found = _named(session, place, name)
    if found is not None:
        return found, False
    here = select(func.count(Topic.id)).where(Topic.conversation_id == place.conversation.id)
    if (session.scalar(here) or 0) >= MOST:
        raise Invalid(new_topic=_("There are too many topics: take one of them."))
    now = clock.now()
    made = Topic(
        conversation_id=place.conversation.id, name=name, folded=_folded(name), created_by=viewer.id,
        created_at=now, active_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # somebody else made it in the same moment
        found = _named(session, place, name)
        if found is None:
            raise Invalid(new_topic=_("This value is not valid.")) from error
        return found, False
    return made, True


def send(
    session: Session,
    viewer: Viewer,
    conversation_id: int,
    *,
    topic_id: int | None = None,
    new_topic: str | None = None,
    **message: Any,
) -> Message:
    """Send a message as service.send does, under a topic if one is named.

    What stands in a thread is under the topic of its root. Raises Invalid(topic_id=...) for a closed one.
    """
    if topic_id == 0 and not new_topic:
        raise Invalid(new_topic=_("Give the topic a name."))
    if (not topic_id and not new_topic) or message.get("thread_id"):
        return service.send(session, viewer, conversation_id, **message)
    known_one = queries.by_client_id(session, viewer.id, message["client_id"])
    sent = service.send(session, viewer, conversation_id, **message)
    if known_one is not None:
        return sent
    place = queries.place(session, viewer, conversation_id)
    topic = _wanted(session, viewer, place, topic_id, new_topic)
    sent.topic_id, topic.active_at = topic.id, sent.at
    session.flush()
    return sent


def _wanted(
    session: Session, viewer: Viewer, place: Place, topic_id: int | None, new_topic: str | None
) -> Topic:
    try:
        topic = of(session, place, topic_id) if topic_id else make(session, viewer, place, new_topic or "")[0]
    except NotFound as error:
        raise Invalid(topic_id=_("This topic is not in this conversation.")) from error
    if topic.closed_at is not None:
        raise Invalid(topic_id=_("The topic “%(name)s” is closed: take another one.", name=topic.name))
    return topic


def change(
    session: Session, viewer: Viewer, topic_id: int, *, name: str | None = None, closed: bool | None = None
) -> Counted:
    """Rename a topic, close it or open it again: whoever looks after the group. Flushes.

    Raises NotFound, Refused, Invalid(name=...) for a name that another topic has.
    """
    found = session.get(Topic, topic_id)
    if found is None:
        raise NotFound
    place = queries.place(session, viewer, found.conversation_id)
    reason = _("Only those who look after the group change its topics.")
    require(may_keep(place), Action.EDIT_GROUP, reason)
    if name is not None:
        other = _named(session, place, name)
        if other is not None and other.id != found.id:
            raise Invalid(name=_("Another topic has this name."))
        found.name, found.folded = name, _folded(name)
    if closed is not None and (found.closed_at is not None) != closed:
        found.closed_at = clock.now() if closed else None
    session.flush()
    return next(one for one in listed(session, place) if one.topic.id == found.id)


def may_keep(place: Place) -> bool:
    """Tell whether who stands at this place renames and closes topics."""
    living = place.group is not None and place.group.archived_at is None
    return living and groups.may_manage(place.membership)


def _folded(name: str) -> str:
    return folded_name(name)


def _named(session: Session, place: Place, name: str) -> Topic | None:
    query = select(Topic).where(Topic.conversation_id == place.conversation.id, Topic.folded == _folded(name))
    return session.scalars(query).first()
