"""Posts made of messages: at once of one's own, of another's only once its author has accepted.

What was said among a few is its author's to take outside: they choose the words, the kind and the place.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from rse.chat import queries
from rse.chat.events import PromotionAnswered, PromotionAsked
from rse.chat.models import Message, Promotion
from rse.core import clock
from rse.core.audience import Viewer, readable
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.feed import attaching
from rse.feed.models import Post
from rse.groups import queries as groups

_REQUESTS = (
    select(Promotion, Message)
    .join(Message, Message.id == Promotion.message_id)
    .where(Message.deleted_at.is_(None))
)


def asked(session: Session, viewer: Viewer, message_id: int) -> Promotion | None:
    """Give what the viewer has asked of a message."""
    query = select(Promotion).where(Promotion.message_id == message_id, Promotion.asked_by == viewer.id)
    return session.scalars(query).first()


def ask(session: Session, viewer: Viewer, message_id: int, kind: str) -> Promotion:
    """Ask the author of a message to make a post of it; asking again changes nothing. Flushes.

    Raises NotFound, and Invalid(message=...) for one's own: that is published without asking.
    """
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        raise NotFound
    if message.author_id == viewer.id:
        raise Invalid(message=_("This is your own message: publish it."))
    known = asked(session, viewer, message_id)
    if known is not None:
        return known
    made = Promotion(
        message_id=message.id, asked_by=viewer.id, author_id=message.author_id, kind=kind, state="asked",
        asked_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    emit(session, PromotionAsked(made.id, message.id, made.author_id, viewer.id, made.asked_at))
    return made


def found(session: Session, viewer: Viewer, promotion_id: int) -> tuple[Promotion, Message]:
    """Give a request to who made it or to the author. Raises NotFound: also once the message was deleted."""
    query = _REQUESTS.where(Promotion.id == promotion_id)
    concerned = or_(Promotion.author_id == viewer.id, Promotion.asked_by == viewer.id)
    row = session.execute(query.where(concerned)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def listed(
    session: Session,
    viewer: Viewer,
    role: str,
    *,
    before: tuple[datetime, int] | None = None,
    limit: int = 20,
) -> list[tuple[Promotion, Message]]:
    """Give `limit + 1` requests made to the viewer (`author`) or by them (`asker`), the last one first."""
    mine = Promotion.author_id if role == "author" else Promotion.asked_by
    query = _REQUESTS.where(mine == viewer.id)
    if before is not None:
        query = query.where(tuple_(Promotion.asked_at, Promotion.id) < before)
    query = query.order_by(Promotion.asked_at.desc(), Promotion.id.desc()).limit(limit + 1)
    return [(row[0], row[1]) for row in session.execute(query)]


def posts_read(session: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
    """Give those of these posts that the viewer reads."""
    query = select(Post.id).where(Post.id.in_(ids), Post.deleted_at.is_(None))
    return set(session.scalars(query.where(readable(Post.audience, viewer)))) if ids else set()


def of_author(session: Session, viewer: Viewer, promotion_id: int) -> tuple[Promotion, Message]:
    """Give what was asked of the viewer, and their message. Raises NotFound: also once it was deleted."""
    query = _REQUESTS.where(Promotion.id == promotion_id, Promotion.author_id == viewer.id)
    row = session.execute(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def accept(session: Session, viewer: Viewer, promotion_id: int, given: Any) -> Post:
    """Publish what was asked, as its author wants it; a second time gives NotFound. Flushes.

    Raises as publishing does.
    """
    found = _open(session, viewer, promotion_id)
    post = _publish(session, viewer, given)
    found.post_id = post.id
    _answer(session, found, "accepted")
    return post


def refuse(session: Session, viewer: Viewer, promotion_id: int) -> None:
    """Let it be; who asked is told, without a reason. Flushes. Raises NotFound."""
    _answer(session, _open(session, viewer, promotion_id), "refused")


def publish_own(session: Session, viewer: Viewer, message_id: int, given: Any) -> Post:
    """Publish one's own message as a post. Raises NotFound for another's, else as publishing does."""
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None or message.author_id != viewer.id:
        raise NotFound
    return _publish(session, viewer, given)


def _open(session: Session, viewer: Viewer, promotion_id: int) -> Promotion:
    # One answer after the other: accepting twice at once publishes once.
    session.execute(select(Promotion.id).where(Promotion.id == promotion_id).with_for_update())
    found, _message = of_author(session, viewer, promotion_id)
    if found.state != "asked":
        raise NotFound
    return found


def _publish(session: Session, viewer: Viewer, given: Any) -> Post:
    try:
        group = groups.find(session, viewer, given.group) if given.group else None
    except NotFound as error:
        raise Invalid(group=_("The group is not there for you.")) from error
    return attaching.publish(session, viewer, given, group)


def _answer(session: Session, found: Promotion, state: str) -> None:
    found.state, found.answered_at = state, clock.now()
    session.flush()
    who = (found.author_id, found.asked_by)
    emit(session, PromotionAnswered(found.id, found.message_id, *who, found.answered_at))
