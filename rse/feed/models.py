"""Tables of the feed: posts are the roots; comments, reactions and mentions are read through them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON = "person.id"
POST = "post.id"


class Post(Identified):
    """A contribution at the root of a thread. `version` counts changes of what its card shows."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_feed", "audience", "at", "id"),
        Index("ix_post_group", "group_id", "at", "id"),
        Index("ix_post_author", "author_id", "at", "id"),
        Index("ix_post_waiting", "kind", "answer_id", "at"),
    )

    kind: Mapped[str] = mapped_column(String(14), default="message")  # message, question, ...
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON))
    group_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(String(80))
    title: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[Any]] = mapped_column(JSON, default=list)
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    active_at: Mapped[datetime]  # last comment, else `at`
    comment_count: Mapped[int] = mapped_column(default=0)
    reactions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # name -> count
    answer_id: Mapped[int | None] = mapped_column(BigInteger)  # the accepted comment
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the kind adds
    files: Mapped[int] = mapped_column(default=0, server_default="0")  # how many hang on it
    link_id: Mapped[int | None] = mapped_column(BigInteger, index=True)  # what is shown of its first link
    language: Mapped[str] = mapped_column(String(2), default="", server_default="")  # guessed; "": not clear
    historical: Mapped[bool] = mapped_column(default=False)  # imported: never notified
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)  # of an import
    version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class Comment(Identified):
    """A reply under a post; `parent_id` is the comment it answers, when it answers one."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_post", "post_id", "at", "id"),
        Index("ix_comment_author", "author_id", "at", "id"),
        Index("ix_comment_at", "at"),
    )

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    reactions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    files: Mapped[int] = mapped_column(default=0, server_default="0")
    link_id: Mapped[int | None] = mapped_column(BigInteger, index=True)  # as of a post
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class Reaction(Base):
    """One person's reaction, of one name, to a post or a comment (`kind` says which)."""

    __tablename__ = "reaction"
    __table_args__ = (Index("ix_reaction_person", "person_id", "at"), Index("ix_reaction_at", "at"))

    kind: Mapped[str] = mapped_column(String(7), primary_key=True)  # post, comment
    object_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


class Acceptance(Base):
    """Who accepted which answer and when (the post points at the one that holds now)."""

    __tablename__ = "acceptance"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON))
    at: Mapped[datetime] = mapped_column(index=True)


class Mention(Base):
    """A person named in a post or a comment."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_at", "at"),)

    kind: Mapped[str] = mapped_column(String(7), primary_key=True)  # post, comment
    object_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"))
    at: Mapped[datetime]


class PostTag(Base):
    """A tag of a post, in lower case; with the post's time, so that a tag's feed has an index."""

    __tablename__ = "post_tag"
    __table_args__ = (Index("ix_post_tag_tag", "tag", "at", "post_id"),)

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)
    at: Mapped[datetime]


class Revision(Base):
    """What a post or comment said before an edit; whoever reads it may look at it."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_object", "kind", "object_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(7))
    object_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Bookmark(Base):
    """A post that somebody keeps for later; shown to nobody else."""

    __tablename__ = "bookmark"
    __table_args__ = (Index("ix_bookmark_person", "person_id", "at"),)

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]


class Closing(Base):
    """A discussion that takes no more comments: who closed it, when and why."""

    __tablename__ = "closing"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]


class Pin(Base):
    """A post that stands at the top of its group's page."""

    __tablename__ = "pin"
    __table_args__ = (Index("ix_pin_group", "group_id", "at"),)

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime]
