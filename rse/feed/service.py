"""Writes of posts and comments: rendered once, counted, told by events. They flush and never commit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts import unsigned
from rse.core import clock, kinds, text
from rse.core.audience import EVERYONE, Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import closing, policy, queries, writing
from rse.feed.events import (
    AnswerAccepted,
    CommentAdded,
    CommentChanged,
    PostChanged,
    PostDeleted,
    PostPublished,
)
from rse.feed.models import Acceptance, Comment, Post, Revision
from rse.groups import service as groups
from rse.groups.models import Group


def publish(
    session: Session,
    viewer: Viewer,
    *,
    body: str,
    kind: str = "message",
    title: str | None = None,
    group: Group | None = None,
    tags: Sequence[str] = (),
    at: datetime | None = None,
    demo: bool = False,
    details: Any = None,
) -> Post:
    """Publish to the company or to a group that the caller has found for the viewer.

    `details` is what the kind takes beside a text (its schema). Raises Refused for a guest outside groups,
    for who is no member, and in an archived group; Invalid for a mention of somebody who would not see it,
    and for a bad tag; and what the kind raises.
    """
    _require_place(session, viewer, group)
    audience = group.posts_audience if group else EVERYONE
    written = writing.write(session, viewer, body, audience)
    reader, own_id, at = viewer, None, at or clock.now()
    if kinds.of(kind).unsigned(details):
        viewer, own_id, at = replace(viewer, id=unsigned.author(session)), unsigned.row_id(), unsigned.day()
    post = Post(
        id=own_id, kind=kind, author_id=viewer.id, group_id=group.id if group else None, audience=audience,
        title=title or None, body=body, body_html=written.html, at=at, active_at=at,
        tags=writing.clean_tags(tags, written.tags), comment_count=0, reactions={}, data={}, version=1,
        historical=False, demo=demo, language=written.language,
    )  # fmt: skip
    session.add(post)
    session.flush()
    writing.store_tags(session, post.id, post.tags, at, new=True)
    here = writing.Place("post", post.id, post.id, new=True, untimed=own_id is not None)
    writing.store_mentions(session, viewer, here, written, at)
    if group:
        groups.count_posts(session, group.id)
    store = kinds.of(kind).store
    if store is not None:
        store(session, reader, post, details)
    emit(session, PostPublished(post.id, viewer.id, audience, post.group_id, at), at=at if own_id else None)
    return post


def publish_given(session: Session, viewer: Viewer, given: Any, group: Group | None) -> Post:
    """Publish what a form or a call brought (schemas.PublishPost), with what its kind takes. As `publish`."""
    return publish(
        session, viewer, kind=given.kind, title=given.title, body=given.body, group=group, tags=given.tags,
        details=given,
    )  # fmt: skip


def _require_place(session: Session, viewer: Viewer, group: Group | None) -> None:
    _group, membership = queries.place(session, viewer, group.id if group else None)
    if group is None:
        reason = _("Guests publish in their groups only.")
    elif group.archived_at is not None:
        reason = _("This group is archived: it can be read, but not written to.")
    else:
        reason = _("Join the group to publish in it.")
    require(policy.may_publish(viewer, group, membership), Action.PUBLISH, reason)


def _require_open(group: Group | None, action: Action) -> None:
    require(policy.is_open(group), action, _("This group is archived: it can be read, but not written to."))


def edit(
    session: Session,
    viewer: Viewer,
    post_id: int,
    *,
    body: str | None = None,
    title: str | None = None,
    kind: str | None = None,
    tags: Sequence[str] | None = None,
) -> Post:
    """Change one's own post; what it said before is kept for its author. None leaves as it is."""
    post = queries.post(session, viewer, post_id, lock=True)
    group, _tie = queries.place(session, viewer, post.group_id)
    _require_open(group, Action.EDIT_POST)
    may = policy.may_edit(viewer, post.author_id, group)
    require(may, Action.EDIT_POST, _("Only its author changes a post."))
    said, old_words = post.body, text.hashtags(post.body)
    session.add(Revision(kind="post", object_id=post.id, title=post.title, body=post.body, at=clock.now()))
    written = writing.write(session, viewer, post.body if body is None else body, post.audience)
    given = [t for t in post.tags if t not in old_words] if tags is None else tags
    post.body, post.body_html, post.language = written.body, written.html, written.language
    post.tags = writing.clean_tags(given, written.tags)
    post.title = post.title if title is None else title or None
    _change_kind(post, kind)
    _changed(session, post, edited=True)
    writing.store_tags(session, post.id, post.tags, post.at)
    here = writing.Place("post", post.id, post.id, said=said)
    writing.store_mentions(session, viewer, here, written, clock.now())
    emit(session, PostChanged(post.id, post.at))
    return post


def _change_kind(post: Post, kind: str | None) -> None:
    if kind is None or kind == post.kind:
        return
    if post.answer_id is not None:
        raise Invalid(kind=_("This question has an answer: take the answer back first."))
    if not kinds.of(post.kind).plain:
        raise Invalid(kind=_("A post of this kind stays what it is."))
    post.kind = kind


def _changed(session: Session, post: Post, *, edited: bool = False) -> None:
    """Count a change of what the card shows, so that no cached card outlives it."""
    post.version += 1
    if edited:
        post.edited_at = clock.now()
    session.flush()


def delete(session: Session, viewer: Viewer, post_id: int) -> Post:
    """Take a post back, and what hangs on it. Raises Refused but for its author and the moderators."""
    post = queries.post(session, viewer, post_id, lock=True)
    _group, membership = queries.place(session, viewer, post.group_id)
    allowed = policy.may_delete(viewer, post.author_id, membership)
    allowed = allowed or policy.may_remove_unsigned(viewer, post)
    require(allowed, Action.DELETE_POST, _("Only its author or the group's moderators take a post back."))
    take_back(session, post)
    return post


def take_back(session: Session, post: Post) -> None:
    """Take a post away, and what hangs on it: the caller has asked whether that is allowed."""
    post.deleted_at = clock.now()
    _changed(session, post)
    if post.group_id and not post.historical:  # what was imported was never counted as new
        groups.count_posts(session, post.group_id, -1)
    gone = session.scalars(select(Comment.id).where(Comment.post_id == post.id)).all()
    emit(session, PostDeleted(post.id, post.at, tuple(gone)))


def comment(
    session: Session,
    viewer: Viewer,
    post_id: int,
    *,
    body: str,
    parent_id: int | None = None,
    at: datetime | None = None,
) -> Comment:
    """Write under a post. Raises Invalid when `parent_id` is no comment there."""
    post = queries.post(session, viewer, post_id, lock=True)
    group, _tie = queries.place(session, viewer, post.group_id)
    _require_open(group, Action.COMMENT)
    closing.require_talk(session, post.id)
    if parent_id is not None:
        parent = session.get(Comment, parent_id)
        if parent is None or parent.post_id != post.id or parent.deleted_at is not None:
            raise Invalid(parent_id=_("The comment that you answer is not there any more."))
    written = writing.write(session, viewer, body, post.audience)
    at = at or clock.now()
    added = Comment(
        post_id=post.id, parent_id=parent_id, author_id=viewer.id, body=body, body_html=written.html,
        at=at, reactions={}, version=1,
    )  # fmt: skip
    session.add(added)
    post.comment_count += 1
    post.active_at = max(post.active_at, at)
    _changed(session, post)
    here = writing.Place("comment", added.id, post.id, new=True)
    writing.store_mentions(session, viewer, here, written, at)
    emit(session, CommentAdded(post.id, added.id, viewer.id, at))
    return added


def edit_comment(session: Session, viewer: Viewer, comment_id: int, *, body: str) -> Comment:
    """Change one's own comment; what it said before is kept."""
    found, post = queries.comment(session, viewer, comment_id, lock=True)
    group, _tie = queries.place(session, viewer, post.group_id)
    _require_open(group, Action.EDIT_COMMENT)
    may = policy.may_edit(viewer, found.author_id, group)
    require(may, Action.EDIT_COMMENT, _("Only its author changes a comment."))
    written = writing.write(session, viewer, body, post.audience)
    session.add(Revision(kind="comment", object_id=found.id, title=None, body=found.body, at=clock.now()))
    said, found.body, found.body_html = found.body, body, written.html
    found.edited_at = clock.now()
    found.version += 1
    session.flush()
    here = writing.Place("comment", found.id, post.id, said=said)
    writing.store_mentions(session, viewer, here, written, clock.now())
    emit(session, CommentChanged(post.id, found.id, found.at))
    return found


def delete_comment(session: Session, viewer: Viewer, comment_id: int) -> Comment:
    """Take a comment back; if it was the accepted answer, the question waits again."""
    found, post = queries.comment(session, viewer, comment_id, lock=True)
    _group, membership = queries.place(session, viewer, post.group_id)
    allowed = policy.may_delete(viewer, found.author_id, membership)
    require(allowed, Action.DELETE_COMMENT, _("Only its author or the group's moderators take it back."))
    take_comment_back(session, found, post)
    return found


def take_comment_back(session: Session, found: Comment, post: Post) -> None:
    """Take a comment away: the caller has asked whether that is allowed."""
    found.deleted_at = clock.now()
    found.version += 1
    session.flush()
    count_comments(session, post)
    if post.answer_id == found.id:
        _take_answer_back(session, post)
    _changed(session, post)
    emit(session, CommentChanged(post.id, found.id, found.at))


def count_comments(session: Session, post: Post) -> None:
    """Count the comments of a post again."""
    alive = select(func.count(), func.max(Comment.at)).where(Comment.post_id == post.id)
    number, last = session.execute(alive.where(Comment.deleted_at.is_(None))).one()
    post.comment_count, post.active_at = number, last or post.at


def accept(session: Session, viewer: Viewer, post_id: int, comment_id: int | None) -> Post:
    """Mark the answer of a question, or take the mark back (None). Raises Refused, Invalid."""
    post = queries.post(session, viewer, post_id, lock=True)
    group, membership = queries.place(session, viewer, post.group_id)
    _require_open(group, Action.ACCEPT_ANSWER)
    allowed = policy.may_accept(viewer, post.author_id, group, membership)
    require(allowed, Action.ACCEPT_ANSWER, _("Who asked, or the group's moderators, choose the answer."))
    if post.answer_id == comment_id:
        return post
    if comment_id is None:
        _take_answer_back(session, post)
    else:
        _mark_answer(session, viewer, post, comment_id)
    _changed(session, post)
    return post


def _mark_answer(session: Session, viewer: Viewer, post: Post, comment_id: int) -> None:
    chosen = session.get(Comment, comment_id)
    if not kinds.of(post.kind).answerable:
        raise Invalid(comment_id=_("Only a question has an answer."))
    if chosen is None or chosen.post_id != post.id or chosen.deleted_at is not None:
        raise Invalid(comment_id=_("This comment is not under the question."))
    now = clock.now()
    session.merge(Acceptance(post_id=post.id, comment_id=chosen.id, person_id=viewer.id, at=now))
    held, post.answer_id = post.answer_id, chosen.id
    session.flush()
    emit(session, AnswerAccepted(post.id, chosen.id, now, held))


def _take_answer_back(session: Session, post: Post) -> None:
    held = session.get(Acceptance, post.id)
    at = held.at if held else clock.now()
    if held:
        session.delete(held)
    before, post.answer_id = post.answer_id, None
    session.flush()
    emit(session, AnswerAccepted(post.id, None, at, before))
