"""What is shown of the first link in a message: read by the worker once it stands, told as an event.

The page behind is read once for each address, as for posts (files.previewing); its author may take it away.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.chat import queries
from rse.chat.events import LinkWritten, MessageEdited, MessageSent
from rse.chat.models import Conversation, Message
from rse.chat.numbers import log, take
from rse.chat.policy import Place
from rse.chat.service import LINK
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, NotFound, require
from rse.files import previewing
from rse.files.events import LinkRead
from rse.files.queries import links

NONE_WANTED = 0  # as `link_id`: the author took the preview away, and it does not come back
FRESH = timedelta(days=1)  # older messages show a page that is read again when they are loaded next
MOST = 200  # messages that are told of one page at once


def note(session: Session, events: Sequence[MessageSent]) -> None:
    """Leave a sent message with a link to the worker; nothing is asked of the database without one."""
    for event in events:
        if event.linked:
            emit(session, LinkWritten(event.message_id, event.conversation_id, event.pos))


def note_edit(session: Session, events: Sequence[MessageEdited]) -> None:
    """Leave a changed message with a link to the worker; what was shown goes where its link has gone."""
    for event in events:
        message = session.get(Message, event.message_id)
        if message is None or message.link_id == NONE_WANTED:
            continue
        if message.link_id is not None:
            shown = links(session, [message.link_id]).get(message.link_id)
            if shown is None or previewing.first(message.body_html) != shown.url:
                message.link_id = None
        if LINK in message.body_html:
            emit(session, LinkWritten(message.id, message.conversation_id, event.pos))


def find(session: Session, events: Sequence[LinkWritten]) -> None:
    """Give messages the preview of their first link; one that nobody has read yet is read soon."""
    for event in events:
        message = session.get(Message, event.message_id, populate_existing=True)
        if message is None or message.deleted_at is not None or message.link_id == NONE_WANTED:
            continue
        wanted = previewing.wanted(session, message.body_html)
        if wanted == message.link_id:
            continue
        message.link_id = wanted
        if links(session, [wanted] if wanted else []):
            _tell(session, [message])


def read(session: Session, events: Sequence[LinkRead]) -> None:
    """Tell of what was read behind the links of recent messages, where there is something to show."""
    known = links(session, [event.preview_id for event in events])
    query = select(Message).where(
        Message.link_id.in_(known), Message.deleted_at.is_(None), Message.at > clock.now() - FRESH
    )
    if known:
        _tell(session, session.scalars(query.order_by(Message.conversation_id, Message.id).limit(MOST)).all())


def _tell(session: Session, messages: Collection[Message]) -> None:
    """Write into the log that messages look different now, under the next position of each conversation."""
    for message in messages:
        pos = take(session, message.conversation_id).pos
        conversation = session.get_one(Conversation, message.conversation_id)
        place = Place(conversation, 1, 0, muted=False, takes_part=False)
        message.version += 1
        log(session, place, pos, "message:edited", message.era, message_id=message.id, linked=True)
    session.flush()


def remove(session: Session, viewer: Viewer, message_id: int) -> Message:
    """Take the preview from one's own message for good. Raises NotFound, Refused for another's. Flushes."""
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        raise NotFound
    require(message.author_id == viewer.id, Action.EDIT_MESSAGE, _("Only its author changes a message."))
    taken = take(session, message.conversation_id)
    place = queries.place(session, viewer, message.conversation_id)
    message = queries.message(session, viewer, message_id)
    message.link_id, message.version = NONE_WANTED, message.version + 1
    session.flush()
    log(session, place, taken.pos, "message:edited", message.era, message_id=message.id)
    emit(session, MessageEdited(message.conversation_id, message.id, taken.pos, message.at))
    return message
