"""Live discussion over sockets: thin as views. What is sent here is a hint; the database is the truth.

A direct message goes to each reader's own room, asked of the database right after the commit: who has left,
or was never let into its era, is not among them. A group's goes to the group's room, and while the group is
open also to those who have its discussion on their screen.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.chat import (
    choosing,
    counting,
    many,
    policy,
    presence,
    queries,
    service,
    shapes,
    syncing,
    together,
    topics,
)
from rse.chat.events import (
    ConversationMuted,
    ConversationRead,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageReacted,
    MessageSent,
    ParticipantChanged,
    PresenceHidden,
)
from rse.chat.models import Conversation, Message
from rse.chat.schemas import MarkReadLive, Typing, WatchPresence
from rse.chat.topics_schemas import SendInTopicLive
from rse.core import db, live, text
from rse.core.audience import EVERYONE, Viewer, group_token, person_token
from rse.core.feature import Subscriber
from rse.core.handlers import Together, handler
from rse.core.model import decode_id, encode_id
from rse.groups.events import GroupRetokened, MemberLeft
from rse.groups.models import Group

SAID = "chat.said"  # in a session: messages just sent, as they are told: not to be asked for again
READERS = "chat.readers"  # and who takes part in their conversations, asked once right after the commit


def _session() -> Session:
    found: Session = db.db.session()
    return found


def _presence(person_id: int) -> str:
    return f"presence:{person_id}"


def _plain(sent: SendInTopicLive) -> together.Plain | None:
    """Give a message that can be stored with others; its words are rendered before anything is locked."""
    about = (sent.reply_to, sent.thread_id, sent.topic_id, sent.new_topic)
    if any(one is not None for one in about) or sent.attachments or "@" in sent.body:
        return None
    return together.Plain(sent.conversation_id, sent.client_id, sent.body, text.render(sent.body, {}))


def _send_many(wanted: Sequence[together.Wanted | None]) -> list[dict[str, Any] | None]:
    made = together.send(_session(), wanted)
    shown = [
        shapes.message(stored[0], one[0].card) if stored and one else None
        for one, stored in zip(wanted, made, strict=True)
    ]
    _session().info[SAID] = {
        stored[0].id: (line, stored[0].era, _group_rooms(stored[1].conversation, stored[1].group))
        for line, stored in zip(shown, made, strict=True)
        if stored
    }
    return [{"message": line} if line else None for line in shown]


@handler("message:send", SendInTopicLive, writes=True, together=Together(_plain, _send_many))
def send(viewer: Viewer, sent: SendInTopicLive) -> dict[str, Any]:
    """Store a message, under a topic if one is named; acknowledged means committed."""
    message = topics.send(
        _session(),
        viewer,
        sent.conversation_id,
        body=sent.body,
        client_id=sent.client_id,
        reply_to=sent.reply_to,
        thread_id=sent.thread_id,
        attachments=sent.attachments,
        topic_id=sent.topic_id,
        new_topic=sent.new_topic,
    )
    shown = _own(viewer, message)
    if message.audience.startswith("conversation:"):
        _session().info[SAID] = {message.id: (shown, message.era, [])}
    return {"message": shown}


def _own(viewer: Viewer, message: Message) -> dict[str, Any]:
    """Write a message that the viewer has just sent: who they are is known."""
    if message.files or message.thread_id or message.topic_id:
        return shapes.messages(_session(), [message])[0]
    return shapes.message(message, viewer.card)


@handler("conversation:read", MarkReadLive, writes=True)
def read(viewer: Viewer, sent: MarkReadLive) -> dict[str, Any]:
    """Note that the person has read up to a message."""
    return {"seq": service.mark_read(_session(), viewer, sent.conversation_id, sent.seq)}


@handler("typing", Typing)
def typing(viewer: Viewer, sent: Typing) -> dict[str, Any]:
    """Tell the others that somebody writes."""
    place = queries.place(_session(), viewer, sent.conversation_id)
    if not policy.may_send(viewer, place):
        return {}
    payload = {
        "conversation_id": encode_id(sent.conversation_id),
        "person_id": encode_id(viewer.id),
        "name": viewer.display_name,
    }
    live.send("typing", payload, _rooms(_session(), place.conversation, place.group), skip=live.sid())
    return {}


@handler("presence:watch", WatchPresence)
def watch(viewer: Viewer, sent: WatchPresence) -> dict[str, Any]:
    """Tell who of the people on the screen is here, and say so when that changes; replaces the last watch."""
    known = choosing.reachable(_session(), viewer, sent.person_ids)
    shown = known - (presence.hidden(_session(), known) - {viewer.id})
    live.watch("presence", {_presence(person_id) for person_id in shown})
    here = live.here(shown)
    return {"people": {encode_id(p): "online" if p in here else "offline" for p in sorted(known)}}


def _rooms(session: Session, conversation: Conversation, group: Group | None, era: int = 0) -> list[str]:
    """Give the rooms of those who read an era of a conversation at this moment."""
    if group is None:
        readers = queries.recipients(session, conversation.id, era or conversation.era)
        return [person_token(person_id) for person_id in readers]
    return _group_rooms(conversation, group)


def _group_rooms(conversation: Conversation, group: Group | None) -> list[str]:
    """Give the rooms of a group's discussion; a direct conversation has none of its own."""
    if group is None:
        return []
    rooms = [group_token(group.id)]
    if group.posts_audience == EVERYONE:
        rooms.append(syncing.on_screen(conversation.id))
    return rooms


def deliver(session: Session, events: Sequence[Any]) -> None:
    """Tell the readers' sockets what was just committed."""
    for event in events:
        said = session.info.get(SAID, {}).pop(getattr(event, "message_id", None), None)
        if said is not None:
            _tell(session, event, *said)
            continue
        conversation = session.get(Conversation, event.conversation_id)
        if conversation is None:
            continue
        group = session.get(Group, conversation.group_id) if conversation.group_id else None
        match event:
            case ConversationRead():
                _tell_read(session, event, conversation)
            case ParticipantChanged():
                _tell_member(session, event, conversation)
            case _:
                _tell_message(session, event, conversation, group)


NAMES = {
    MessageSent: "message:new",
    MessageEdited: "message:edited",
    MessageDeleted: "message:deleted",
    MessagePinned: "message:pinned",
    MessageReacted: "message:reaction",
}


def _tell_message(session: Session, event: Any, conversation: Conversation, group: Group | None) -> None:
    message = session.get(Message, event.message_id)
    if message is not None:
        (payload,) = shapes.messages(session, [message])
        _tell(session, event, payload, message.era, _group_rooms(conversation, group))


def _readers(session: Session, conversation_id: int, era: int) -> dict[int, bool]:
    """Give {person: muted} of those who read an era now; what was sent together is asked for once."""
    info, said = session.info, session.info.get(SAID) or {}
    if not said and READERS not in info:
        return queries.recipients(session, conversation_id, era)
    if READERS not in info:
        others = {decode_id(line["conversation_id"]) for line, _era, _rooms in said.values()}
        info[READERS] = many.recipients(session, others | {conversation_id})
    found = info[READERS].get(conversation_id, ())
    if not said:
        del info[READERS]
    return {person_id: muted for person_id, muted, since in found if since <= era}


def _tell(session: Session, event: Any, payload: dict[str, Any], era: int, rooms: list[str]) -> None:
    """Tell these rooms, or those who read this era, what a message is now; and those who count it."""
    readers = _readers(session, event.conversation_id, era)
    if isinstance(event, MessageReacted):
        payload = {**payload, "person_id": encode_id(event.person_id), "name": event.sign, "on": event.on}
    everybody = rooms or [person_token(p) for p in readers]
    name, payload = NAMES[type(event)], {**payload, "pos": event.pos}
    if isinstance(event, MessageSent):
        counted = [p for p, muted in readers.items() if not muted and p != event.author_id]
        live.tell(name, payload, everybody, counted, {"messages": "+1"})
    else:
        live.send(name, payload, everybody)


def _tell_read(session: Session, event: ConversationRead, conversation: Conversation) -> None:
    payload = {
        "conversation_id": encode_id(conversation.id),
        "person_id": encode_id(event.person_id),
        "seq": event.seq,
    }
    own = person_token(event.person_id)
    if event.back:
        payload["back"] = True
    if event.pos:
        payload["pos"] = event.pos
        live.send("conversation:read", payload, _rooms(session, conversation, None))
    else:
        live.send("conversation:read", payload, own)
    tell_counts(session, [event])


def tell_counts(session: Session, events: Sequence[Any]) -> None:
    """Tell people's own pages how many messages they have not read; who left a group looks again."""
    for event in events:
        told, own = counting.counts(session, event.person_id), person_token(event.person_id)
        if isinstance(event, MemberLeft):
            told["counted"] |= counting.last(session, event.group_id)  # theirs no more: not to be kept
        live.send("counts", told, own)
        if isinstance(event, MemberLeft):
            live.send("missed", {"within": 1}, own)


def _tell_member(session: Session, event: ParticipantChanged, conversation: Conversation) -> None:
    card = cards(session, [event.person_id])[event.person_id]
    payload = {
        "conversation_id": encode_id(conversation.id),
        "person_id": encode_id(event.person_id),
        "by_id": encode_id(event.by_id),
        "joined": event.joined,
        "person": shapes.person(card),
    }
    others = _rooms(session, conversation, None)
    live.send("conversation:member", {**payload, "pos": event.pos}, others)
    if not event.joined:  # their last word of it, without a position in what they do not read any more
        live.send("conversation:member", payload, person_token(event.person_id))
    tell_counts(session, [event])


def narrow(session: Session, events: Sequence[GroupRetokened]) -> None:
    """Let those who only looked on look again, and empty their rooms: members have the group's own room."""
    for event in events:
        place = session.scalar(select(Conversation.id).where(Conversation.group_id == event.group_id))
        if place is not None:
            live.send("missed", {"within": 1}, syncing.on_screen(place))
            live.close(syncing.on_screen(place))


def look_away(_session: Session, events: Sequence[PresenceHidden]) -> None:
    """Show people as away who do not want to be seen, and let nobody watch them any more."""
    for event in events:
        away = {"person_id": encode_id(event.person_id), "state": "offline"}
        live.send("presence", away, _presence(event.person_id))
        live.close(_presence(event.person_id))


SUBSCRIBERS = (
    Subscriber("chat.deliver", (*NAMES, ParticipantChanged, ConversationRead), deliver, mode="live"),
    Subscriber("chat.counts", (ConversationMuted, MemberLeft), tell_counts, mode="live"),
    Subscriber("chat.look_away", (PresenceHidden,), look_away, mode="live"),
    Subscriber("chat.narrow", (GroupRetokened,), narrow, mode="live"),
)
