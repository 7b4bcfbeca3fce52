"""Signs under messages: the same few as under posts."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.chat import policy, queries
from rse.chat.events import MessageReacted
from rse.chat.models import Message, MessageReaction
from rse.chat.numbers import log, take
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Action, Invalid, NotFound, require
from rse.feed.policy import REACTIONS


def react(session: Session, viewer: Viewer, message_id: int, name: str, *, on: bool = True) -> Message:
    """Give or take back one's sign of one name under a message; doing so twice changes nothing. Flushes.

    Raises NotFound, Refused for who may not write there, Invalid for a name that is none.
    """
    if name not in REACTIONS:
        raise Invalid(name=_("One of: %(expected)s.", expected=", ".join(REACTIONS)))
    message = queries.message(session, viewer, message_id)
    taken = take(session, message.conversation_id)
    place = queries.place(session, viewer, message.conversation_id)
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        raise NotFound
    require(policy.may_send(viewer, place), Action.REACT, _("Who may write in a conversation reacts there."))
    held = session.get(MessageReaction, (message_id, viewer.id, name))
    if (held is not None) == on:
        take(session, message.conversation_id, events=-1)
        return message
    if held is not None:
        session.delete(held)
    else:
        session.add(MessageReaction(message_id=message_id, person_id=viewer.id, name=name, at=clock.now()))
    session.flush()
    message.reactions = counts(session, [message_id]).get(message_id, {})
    session.flush()
    told = {"person_id": encode_id(viewer.id), "name": name, "on": on}
    log(session, place, taken.pos, "message:reaction", message.era, message_id=message.id, **told)
    emit(session, MessageReacted(message.conversation_id, message.id, taken.pos, viewer.id, name, on))
    return message


def toggle(session: Session, viewer: Viewer, message_id: int, name: str) -> Message:
    """Give the sign, or take it back when it is given: what a button without JavaScript does."""
    held = session.get(MessageReaction, (message_id, viewer.id, name))
    return react(session, viewer, message_id, name, on=held is None)


def counts(session: Session, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Count the signs under messages from their rows, in the order of the set: a count can never drift."""
    query = (
        select(MessageReaction.message_id, MessageReaction.name, func.count())
        .where(MessageReaction.message_id.in_(ids))
        .group_by(MessageReaction.message_id, MessageReaction.name)
    )
    found: dict[int, dict[str, int]] = {}
    for message_id, name, number in session.execute(query):
        found.setdefault(message_id, {})[name] = number
    return {i: {name: of[name] for name in REACTIONS if of.get(name)} for i, of in found.items()}
