"""Writes of messages. Each takes its numbers first: that row is the conversation's lock until the commit."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.chat import drafting, naming, policy, queries, threads
from rse.chat.events import ConversationRead, MessageDeleted, MessageEdited, MessageSent
from rse.chat.models import Message, Participation
from rse.chat.numbers import give_back, log, take, take_message
from rse.chat.policy import Place
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import encode_id, new_id
from rse.core.policy import Action, Invalid, NotFound, Refused, require
from rse.files import service as files

LINK = '<a href="http'  # in a rendered text: an address of the web, its own or another


def send(
    session: Session,
    viewer: Viewer,
    conversation_id: int,
    *,
    body: str,
    client_id: str,
    reply_to: int | None = None,
    thread_id: int | None = None,
    attachments: Sequence[int] | None = None,
    alts: Mapping[int, str] | None = None,
) -> Message:
    """Store a message under the next `seq`; the same `client_id` gives the same message again.

    Raises NotFound, Refused, or Invalid for a reply to something else, a file that is not theirs, or a group
    that cannot be named there.
    """
    message_id, now = new_id(), clock.now()
    taken = take_message(session, conversation_id, message_id, now)
    place = queries.place(session, viewer, conversation_id)
    _require_send(viewer, place)
    known = queries.by_client_id(session, viewer.id, client_id)
    if known is not None:
        if known.conversation_id == conversation_id:
            give_back(session, conversation_id, taken.seq)
        if known.conversation_id != conversation_id:
            raise Invalid(client_id=_("This id has been used in another conversation."))
        return known
    quoted = _quoted(session, place, reply_to)
    root = threads.root_of(session, place, thread_id) if thread_id else None
    era, thread_id = (root.era, root.id) if root else (place.conversation.era, None)
    said = {"id": message_id, "at": now, "client_id": client_id, "reply_to": quoted, "thread_id": thread_id}
    written = naming.write(session, viewer, place, body)
    message = _new(session, viewer, place, taken.seq, body=body, body_html=written.html, era=era, **said)
    if root is not None:
        root.replies, root.replied_at = root.replies + 1, message.at
    take_part(session, viewer, place, taken.seq)
    if attachments:
        group_id = place.group.id if place.group else None
        here = ("message", message.id, attachments)
        message.files = files.attach(session, viewer, *here, group_id=group_id, alts=alts)
    log(session, place, taken.pos, "message:new", message.era, message_id=message.id)
    drafting.forget(session, conversation_id, viewer.id)
    event = MessageSent(
        conversation_id, message.id, viewer.id, taken.pos, message.at, written.people, LINK in written.html,
        written.groups,
    )  # fmt: skip
    emit(session, event)
    return message


def _require_send(viewer: Viewer, place: Place) -> None:
    if policy.may_send(viewer, place):
        return
    if place.group is not None and place.group.archived_at is not None:
        raise Refused(Action.SEND_MESSAGE, _("This group is archived: its discussion can only be read."))
    raise Refused(Action.SEND_MESSAGE, _("Join the group to write in its discussion."))


def _quoted(session: Session, place: Place, reply_to: int | None) -> int | None:
    if reply_to is None:
        return None
    found = queries.by_ids(session, [reply_to]).get(reply_to)
    if found is None or found.conversation_id != place.conversation.id or found.era < place.since_era:
        raise Invalid(reply_to=_("This message is not in this conversation."))
    return reply_to


def _new(session: Session, viewer: Viewer, place: Place, seq: int, *, era: int, **values: Any) -> Message:
    message = Message(
        conversation_id=place.conversation.id, seq=seq, era=era, audience=threads.audience(place, era),
        author_id=viewer.id, reactions={}, version=1, replies=0, files=0, **values,
    )  # fmt: skip
    session.add(message)
    return message


def edit(session: Session, viewer: Viewer, message_id: int, body: str) -> Message:
    """Change one's own words. Raises NotFound, Refused, Invalid for a group that cannot be named there."""
    message = queries.message(session, viewer, message_id)
    taken = take(session, message.conversation_id)
    place = queries.place(session, viewer, message.conversation_id)
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        raise NotFound
    allowed = policy.may_edit(viewer, place, message.author_id)
    require(allowed, Action.EDIT_MESSAGE, _("Only its author changes a message."))
    message.body, message.body_html = body, naming.write(session, viewer, place, body).html
    message.edited_at, message.version = clock.now(), message.version + 1
    session.flush()
    log(session, place, taken.pos, "message:edited", message.era, message_id=message.id)
    emit(session, MessageEdited(message.conversation_id, message.id, taken.pos, message.at))
    return message


def delete(session: Session, viewer: Viewer, message_id: int) -> Message:
    """Take a message's words away; its place in the conversation stays. Raises NotFound, Refused."""
    message = queries.message(session, viewer, message_id)
    taken = take(session, message.conversation_id)
    place = queries.place(session, viewer, message.conversation_id)
    message = queries.message(session, viewer, message_id)
    if message.deleted_at is not None:
        take(session, message.conversation_id, events=-1)
        return message
    allowed = policy.may_delete(viewer, place, message.author_id)
    require(allowed, Action.DELETE_MESSAGE, _("Only its author takes a message back."))
    blank(message)
    session.flush()
    log(session, place, taken.pos, "message:deleted", message.era, message_id=message.id)
    emit(session, MessageDeleted(message.conversation_id, message.id, taken.pos, message.at))
    return message


def blank(message: Message) -> None:
    """Take everything from a message that its author has said."""
    message.body, message.body_html, message.reactions = "", "", {}
    message.pinned_at = message.pinned_by = None
    message.deleted_at, message.version = clock.now(), message.version + 1


def take_part(session: Session, viewer: Viewer, place: Place, read_seq: int) -> bool:
    """Note that a person has read up to a message; true when that is further than before.

    In a group's discussion this is also how one begins to take part.
    """
    mine = place.mine or session.get(Participation, (place.conversation.id, viewer.id))
    if mine is None:
        values = {"conversation_id": place.conversation.id, "person_id": viewer.id, "joined_at": clock.now()}
        try:
            with session.begin_nested():
                session.execute(insert(Participation).values(**values, read_seq=read_seq))
        except IntegrityError:  # another tab of theirs, in the same moment
            return False
        return True
    further = read_seq > mine.read_seq or mine.left_at is not None
    if mine.left_at is not None and not place.direct:
        mine.left_at = None
    mine.read_seq = max(read_seq, mine.read_seq)
    session.flush()
    return further


def mark_read(session: Session, viewer: Viewer, conversation_id: int, seq: int) -> int:
    """Note that the viewer has read up to `seq`; gives how far they have read now.

    The others are told in direct conversations that are not too large. Raises NotFound.
    """
    place = queries.place(session, viewer, conversation_id)
    seq = min(seq, place.conversation.seq)
    if not place.direct and place.membership is None and not place.takes_part:
        return 0  # a passer-by in an open group
    if place.takes_part and seq <= place.read_seq:
        return place.read_seq
    pos = 0
    if place.direct and len(queries.readers(session, conversation_id)) <= policy.SHARE_READS:
        pos = take(session, conversation_id).pos
        place = queries.place(session, viewer, conversation_id)
        era = place.conversation.era
        log(session, place, pos, "conversation:read", era, person_id=encode_id(viewer.id), seq=seq)
    take_part(session, viewer, place, seq)
    emit(session, ConversationRead(conversation_id, viewer.id, seq, pos))
    return seq


def mark_unread(session: Session, viewer: Viewer, conversation_id: int, seq: int) -> int:
    """Let a message and those after it count as unread for the viewer; gives how far they have read now.

    Only their own pages are told. Raises NotFound.
    """
    place = queries.place(session, viewer, conversation_id)
    read = max(0, min(seq - 1, place.read_seq))
    if not place.takes_part or read == place.read_seq:
        return place.read_seq
    mine = session.get_one(Participation, (conversation_id, viewer.id))
    mine.read_seq = read
    session.flush()
    emit(session, ConversationRead(conversation_id, viewer.id, read, 0, back=True))
    return read
