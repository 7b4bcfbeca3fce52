"""Messages in the search index: found by those who read them; never evidence of what somebody knows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.chat import queries, shapes
from rse.chat.events import MessageDeleted, MessageEdited, MessagesChanged, MessageSent
from rse.chat.models import Conversation, Message
from rse.core.audience import Viewer
from rse.core.feature import Document, Hit, IndexSource
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.text import plain
from rse.files.queries import words


def _touched(event: Any) -> Iterable[int]:
    return [event.message_id]


def load(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the documents of the messages that still say something."""
    query = select(Message, Conversation.group_id).join(
        Conversation, Conversation.id == Message.conversation_id
    )
    here = query.where(Message.id.in_(ids), Message.deleted_at.is_(None))
    rows = session.execute(here).all()
    files = words(session, "message", [message.id for message, _group in rows if message.files])
    for message, group_id in rows:
        yield Document(
            key=f"message:{message.id}", kind="message", audience=message.audience, title="",
            body=f"{plain(message.body_html)} {files.get(message.id, '')}".strip(),
            at=message.at, version=message.version,
            root=f"conversation:{message.conversation_id}", author_id=message.author_id, group_id=group_id,
            marks=["file"] if message.files else (),
        )  # fmt: skip


def ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Give the ids of messages, ascending, after one."""
    query = select(Message.id).where(Message.id > after, Message.deleted_at.is_(None))
    return session.scalars(query.order_by(Message.id).limit(limit)).all()


def stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    """Give what tells whether the index knows the present state."""
    query = select(Message.id, Message.version, Message.audience).where(Message.deleted_at.is_(None))
    rows = session.execute(query.where(Message.id > after).order_by(Message.id).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def hits(session: Session, wanted: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Give what a result shows of the messages that the viewer reads."""
    query = select(Message).where(
        Message.id.in_(wanted), Message.deleted_at.is_(None), queries.readable_messages(viewer)
    )
    found = list(session.scalars(query))
    places = {
        p.conversation.id: p for p in queries.places(session, viewer, {m.conversation_id for m in found})
    }
    people = queries.people(session, [p.conversation.id for p in places.values() if p.direct])
    authors = cards(session, (m.author_id for m in found))
    return {
        m.id: Hit(
            key=f"message:{m.id}",
            title=shapes.name(places[m.conversation_id], people.get(m.conversation_id, ()), viewer),
            text=plain(m.body_html),
            url=f"/messages/{encode_id(m.conversation_id)}?at={m.seq}",
            at=m.at,
            subtitle=_("Message"),
            author=authors[m.author_id].display_name,
            extra={"seq": m.seq},
        )
        for m in found
        if m.conversation_id in places
    }


SOURCE = IndexSource(
    kind="message",
    events={
        MessageSent: _touched,
        MessageEdited: _touched,
        MessageDeleted: _touched,
        MessagesChanged: lambda event: event.message_ids,
    },
    load=load,
    ids=ids,
    hits=hits,
    stamps=stamps,
)
