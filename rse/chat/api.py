"""REST of live discussion."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from rse.chat import drafting, members, queries, reading, service, shapes, threads, topics
from rse.chat.discussion import discussion
from rse.chat.models import Message
from rse.chat.policy import Place
from rse.chat.schemas import (
    BeginConversation,
    ConversationOut,
    EditMessage,
    KeepDraft,
    ListConversations,
    ListEvents,
    ListMessages,
    MarkRead,
    MessageOut,
    Mute,
)
from rse.chat.topics_schemas import SendInTopic
from rse.core import db
from rse.core.api import Listing, endpoint, paginate
from rse.core.model import decode_id
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, viewer

blueprint = Blueprint("chat_api", __name__)


def _shown(session: Session, place: Place) -> dict[str, Any]:
    found: dict[str, Any] = shapes.conversations(session, [place], viewer())[0]
    return found


@endpoint(blueprint, "/conversations", rule=SIGNED_IN, query=ListConversations, returns=Listing)
def list_conversations(query: ListConversations) -> Any:
    """List the caller's conversations, the last active first."""
    after = decode_cursor(query.cursor, datetime, int)
    found = queries.listed(db.session(), viewer(), q=query.q, after=after, limit=query.limit)
    places, cursor = paginate(found, query.limit, lambda p: (p.conversation.active_at, p.conversation.id))
    return {"items": shapes.conversations(db.session(), places, viewer()), "next_cursor": cursor}


@endpoint(
    blueprint, "/conversations", "POST", rule=SIGNED_IN, body=BeginConversation, returns=ConversationOut,
    status=201, limit="60/hour", again=lambda made: get_conversation(decode_id(made["id"])),
)  # fmt: skip
def begin_conversation(body: BeginConversation) -> Any:
    """Begin a direct conversation, or find the untitled one of the same people (200)."""
    session = db.session()
    made, fresh = members.begin(session, viewer(), body.member_ids, title=body.title, history=body.history)
    return _shown(session, queries.place(session, viewer(), made.id)), 201 if fresh else 200


@endpoint(blueprint, "/conversations/<pid:conversation_id>", rule=SIGNED_IN, returns=ConversationOut)
def get_conversation(conversation_id: int) -> Any:
    """Give one conversation, with who is in it."""
    return _shown(db.session(), queries.place(db.session(), viewer(), conversation_id))


@endpoint(blueprint, "/groups/<slug>/conversation", rule=SIGNED_IN, returns=ConversationOut)
def get_group_conversation(slug: str) -> Any:
    """Give the discussion of a group."""
    return _shown(db.session(), discussion(slug))


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/members/<pid:person_id>", "PUT",
    rule=SIGNED_IN, status=204,
)  # fmt: skip
def add_member(conversation_id: int, person_id: int) -> None:
    """Bring a person into a direct conversation."""
    members.invite(db.session(), viewer(), conversation_id, person_id)


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/members/<pid:person_id>", "DELETE",
    rule=SIGNED_IN, status=204,
)  # fmt: skip
def remove_member(conversation_id: int, person_id: int) -> None:
    """Leave a direct conversation, or take somebody out of one that the caller began."""
    members.remove(db.session(), viewer(), conversation_id, person_id)


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/messages", rule=SIGNED_IN, query=ListMessages,
    returns=Listing,
)  # fmt: skip
def list_messages(conversation_id: int, query: ListMessages) -> Any:
    """List messages by `seq`, ascending: the newest, those after a number, or those before one."""
    session = db.session()
    place = queries.place(session, viewer(), conversation_id)
    after, before = _range(query)
    if query.thread is not None:
        stands, root = threads.thread(session, viewer(), query.thread)
        if stands.conversation.id != conversation_id:
            raise NotFound
        rows, more = threads.replies(session, place, root.id, before=before, limit=query.limit)
        cursor = encode_cursor("before", rows[0].seq) if more else None
        return {"items": shapes.own(session, viewer(), rows), "next_cursor": cursor}
    span: dict[str, Any] = {"after": after, "before": before, "limit": query.limit}
    if query.topic is not None:
        found = topics.messages(session, place, topics.of(session, place, query.topic).id, **span)
    else:
        found = queries.messages(session, place, **span)
    rows, cursor = found[: query.limit], None
    if len(found) > query.limit:
        cursor = encode_cursor("before" if after is None else "after", rows[-1].seq)
    rows.sort(key=lambda one: one.seq)
    quoted = reading.quotes(session, rows, place)
    return {"items": shapes.own(session, viewer(), rows, quoted), "next_cursor": cursor}


def _range(query: ListMessages) -> tuple[int | None, int | None]:
    position = decode_cursor(query.cursor, str, int)
    if position is None:
        return query.after_seq, query.before_seq
    return (position[1], query.before_seq) if position[0] == "after" else (None, position[1])


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/messages", "POST", rule=SIGNED_IN, body=SendInTopic,
    returns=MessageOut, status=201, limit="120/minute",
    again=lambda made, conversation_id: _one(queries.message(db.session(), viewer(), decode_id(made["id"]))),
)  # fmt: skip
def send_message(conversation_id: int, body: SendInTopic) -> Any:
    """Send a message; the same `client_id` gives the same message."""
    message = topics.send(
        db.session(), viewer(), conversation_id, body=body.body,
        client_id=body.client_id or token_hex(16), reply_to=body.reply_to, thread_id=body.thread_id,
        attachments=body.attachments, topic_id=body.topic_id, new_topic=body.new_topic,
    )  # fmt: skip
    return _one(message)


def _one(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = shapes.messages(db.session(), [message])[0]
    return found


@endpoint(blueprint, "/messages/<pid:message_id>", rule=SIGNED_IN, returns=MessageOut)
def get_message(message_id: int) -> Any:
    """Give one message."""
    session, message = db.session(), queries.message(db.session(), viewer(), message_id)
    quoted = reading.quotes(session, [message], queries.place(session, viewer(), message.conversation_id))
    (found,) = shapes.own(session, viewer(), [message], quoted)
    return found


@endpoint(
    blueprint, "/messages/<pid:message_id>", "PATCH", rule=SIGNED_IN, body=EditMessage, returns=MessageOut,
    limit="60/minute",
)  # fmt: skip
def edit_message(message_id: int, body: EditMessage) -> Any:
    """Change one's own words."""
    return _one(service.edit(db.session(), viewer(), message_id, body.body))


@endpoint(blueprint, "/messages/<pid:message_id>", "DELETE", rule=SIGNED_IN)
def delete_message(message_id: int) -> None:
    """Take a message's words away; its place stays."""
    service.delete(db.session(), viewer(), message_id)


@endpoint(blueprint, "/conversations/<pid:conversation_id>/read", "PUT", rule=SIGNED_IN, body=MarkRead)
def mark_read(conversation_id: int, body: MarkRead) -> Any:
    """Note that the caller has read up to a message."""
    return {"seq": service.mark_read(db.session(), viewer(), conversation_id, body.seq)}


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/draft", "PUT", rule=SIGNED_IN, body=KeepDraft,
    status=204, limit="120/minute",
)  # fmt: skip
def keep_draft(conversation_id: int, body: KeepDraft) -> None:
    """Keep what the caller has begun to write in a conversation; nobody else is shown it."""
    drafting.keep(db.session(), viewer(), conversation_id, body.body)


@endpoint(blueprint, "/conversations/<pid:conversation_id>/draft", rule=SIGNED_IN, returns=KeepDraft)
def get_draft(conversation_id: int) -> Any:
    """Give what the caller has begun to write there."""
    place = queries.place(db.session(), viewer(), conversation_id)
    return {"body": drafting.drafts(db.session(), viewer(), [place.conversation.id]).get(conversation_id, "")}


@endpoint(
    blueprint, "/conversations/<pid:conversation_id>/mute", "PUT", rule=SIGNED_IN, body=Mute, status=204
)
def mute(conversation_id: int, body: Mute) -> None:
    """Let a conversation count in the caller's unread messages, or not."""
    members.mute(db.session(), viewer(), conversation_id, muted=body.muted)


@endpoint(
    blueprint,
    "/conversations/<pid:conversation_id>/events",
    rule=SIGNED_IN,
    query=ListEvents,
    returns=Listing,
)
def list_events(conversation_id: int, query: ListEvents) -> Any:
    """Give what happened after a position; `reset` when that is longer ago than events are kept."""
    session = db.session()
    place = queries.place(session, viewer(), conversation_id)
    return shapes.missed(session, place, query.after, query.limit)
