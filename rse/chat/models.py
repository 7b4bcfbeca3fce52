"""Tables of live discussion. The database is the truth; what goes over a socket is a hint of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from rse.accounts.names import FOLDED, folded_name
from rse.core.model import Base, Identified

CONVERSATION = "conversation.id"
MESSAGE = "message.id"
PERSON = "person.id"
PINNED: Any = {
    "postgresql_where": text("pinned_at IS NOT NULL"),
    "sqlite_where": text("pinned_at IS NOT NULL"),
}
TOPICAL: Any = {
    "postgresql_where": text("topic_id IS NOT NULL"),
    "sqlite_where": text("topic_id IS NOT NULL"),
}
LINKED: Any = {
    "postgresql_where": text("link_id IS NOT NULL"),
    "sqlite_where": text("link_id IS NOT NULL"),
}
THREADED: Any = {
    "postgresql_where": text("thread_id IS NOT NULL"),
    "sqlite_where": text("thread_id IS NOT NULL"),
}


def _folded(context: Any) -> str:
    """Fold the title of a row that is inserted without the class."""
    return folded_name(context.get_current_parameters().get("title"))


class Conversation(Identified):
    """A discussion between chosen people (`direct`), or that of a group.

    `seq` and `pos` are the last numbers given to a message and to an event: whoever takes the next one holds
    this row until the commit, so neither has a gap. An `era` begins when somebody is invited without history.
    """

    __tablename__ = "conversation"

    kind: Mapped[str] = mapped_column(String(6), default="direct")  # direct, group
    title: Mapped[str | None] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(
        String(FOLDED), default=_folded, server_default=""
    )  # title, to be found by
    group_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("group.id", ondelete="CASCADE"), unique=True
    )
    people_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # untitled: hash of who is in it
    history: Mapped[str] = mapped_column(String(15), default="from_invitation")  # or all: for the invited
    era: Mapped[int] = mapped_column(default=1)
    seq: Mapped[int] = mapped_column(default=0)
    pos: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int | None] = mapped_column(BigInteger)  # the newest message
    active_at: Mapped[datetime]  # of the newest message, else of the beginning
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)

    @validates("title")
    def _named(self, _field: str, title: str | None) -> str | None:
        self.folded = folded_name(title)
        return title


class Participation(Base):
    """A person in a conversation: the eras that they read begin with `since_era`; who has left reads none.

    In a group's discussion the row only keeps what was read; the group says who may read.
    """

    __tablename__ = "participation"
    __table_args__ = (Index("ix_participation_person", "person_id", "left_at", "conversation_id"),)

    conversation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(CONVERSATION, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    since_era: Mapped[int] = mapped_column(default=1)
    read_seq: Mapped[int] = mapped_column(default=0)
    muted: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Message(Identified):
    """One message; `audience` is `conversation:ID:ERA`, or that of the group's posts.

    Deleted, it keeps its place and its time, and loses its text. `version` counts its changes.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("author_id", "client_id"),
        Index("ix_message_author_at", "author_id", "at"),
        Index("ix_message_at", "at"),
        Index("ix_message_pinned", "conversation_id", "pinned_at", **PINNED),
        Index("ix_message_thread", "thread_id", "seq", **THREADED),
        Index("ix_message_topic", "topic_id", "seq", **TOPICAL),
        Index("ix_message_link", "link_id", **LINKED),
    )

    conversation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(CONVERSATION, ondelete="CASCADE"))
    seq: Mapped[int]
    era: Mapped[int]
    audience: Mapped[str] = mapped_column(String(80))
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON))
    client_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[int | None] = mapped_column(BigInteger)  # a message of the same conversation
    reactions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)  # the message under which it stands, apart
    replies: Mapped[int] = mapped_column(default=0, server_default="0")  # that stand under it
    replied_at: Mapped[datetime | None]
    files: Mapped[int] = mapped_column(default=0, server_default="0")  # how many hang on it
    topic_id: Mapped[int | None] = mapped_column(BigInteger)  # under which it stands in a group's discussion
    link_id: Mapped[int | None] = mapped_column(
        BigInteger
    )  # shown of its first link; 0: its author wants none
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    pinned_by: Mapped[int | None] = mapped_column(BigInteger)  # a person
    version: Mapped[int] = mapped_column(default=1)


class Topic(Identified):
    """A named line inside the discussion of a group; closed, it takes no more messages, and is read."""

    __tablename__ = "chat_topic"
    __table_args__ = (UniqueConstraint("conversation_id", "folded"),)

    conversation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(CONVERSATION, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(FOLDED))  # one name is one topic, however it is written
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]  # of its newest message, else of its beginning
    closed_at: Mapped[datetime | None]


class MessageReaction(Base):
    """A sign of one person under a message; the message counts them."""

    __tablename__ = "message_reaction"

    message_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(MESSAGE, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]


class SavedMessage(Base):
    """A message that somebody keeps for later; nobody else is shown it."""

    __tablename__ = "saved_message"
    __table_args__ = (Index("ix_saved_message_person", "person_id", "at", "message_id"),)

    message_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(MESSAGE, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime]


class Promotion(Identified):
    """Somebody asks the author of a message to make a post of it; nothing is published before they accept."""

    __tablename__ = "promotion"
    __table_args__ = (UniqueConstraint("message_id", "asked_by"),)

    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(MESSAGE, ondelete="CASCADE"))
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))  # of the post: message, question
    state: Mapped[str] = mapped_column(String(9), default="asked")  # accepted, refused
    post_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class MessageDraft(Base):
    """What somebody has begun to write in a conversation; nobody else is shown it."""

    __tablename__ = "message_draft"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    conversation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(CONVERSATION, ondelete="CASCADE"), primary_key=True, index=True
    )
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class HiddenPresence(Base):
    """Somebody who is not to be shown as present."""

    __tablename__ = "hidden_presence"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime]


class ConversationEvent(Base):
    """What happened in a conversation at position `pos`, kept seven days for those who were away.

    Messages are named, not copied: who catches up gets their present state.
    """

    __tablename__ = "conversation_event"
    __table_args__ = (Index("ix_conversation_event_at", "at"),)

    conversation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(CONVERSATION, ondelete="CASCADE"), primary_key=True
    )
    pos: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # message:new, message:edited, conversation:member, ...
    era: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
