"""Posts and comments with files: written by the service, then the files hang on them; and who reads these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rse.core.audience import Viewer, readable
from rse.core.events import emit
from rse.core.feature import Holder
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid
from rse.feed import service
from rse.feed.events import CommentChanged, PostChanged
from rse.feed.models import Comment, Post
from rse.files import previewing
from rse.files import service as files
from rse.files.events import LinkRead
from rse.files.models import File, LinkPreview
from rse.groups.models import Group

Alts = Mapping[int, str]


def publish(
    session: Session, viewer: Viewer, given: Any, group: Group | None, *, alts: Alts | None = None
) -> Post:
    """Publish what a form or a call brought, with its files. Raises as service.publish and files.attach."""
    post = service.publish_given(session, viewer, given, group)
    post.link_id = previewing.wanted(session, post.body_html)
    _hang(session, viewer, _Written("post", post, post.group_id), given.attachments or (), alts)
    return post


def comment(
    session: Session, viewer: Viewer, post_id: int, given: Any, *, alts: Alts | None = None
) -> Comment:
    """Write under a post, with files. Raises as service.comment and files.attach do."""
    added = service.comment(session, viewer, post_id, body=given.body, parent_id=given.parent_id)
    added.link_id = previewing.wanted(session, added.body_html)
    group_id = session.get_one(Post, post_id).group_id if given.attachments else None
    _hang(session, viewer, _Written("comment", added, group_id), given.attachments or (), alts)
    return added


def edit(session: Session, viewer: Viewer, post_id: int, given: Any, **values: Any) -> Post:
    """Change one's own post; of its files those stay that are named, and new ones may come."""
    post = service.edit(session, viewer, post_id, **values)
    post.link_id = previewing.wanted(session, post.body_html)
    if given.attachments is not None:
        _replace(session, viewer, _Written("post", post, post.group_id), given.attachments)
    return post


def edit_comment(session: Session, viewer: Viewer, comment_id: int, given: Any) -> Comment:
    """Change one's own comment, and its files where they are named."""
    found = service.edit_comment(session, viewer, comment_id, body=given.body)
    found.link_id = previewing.wanted(session, found.body_html)
    if given.attachments is not None:
        group_id = session.get_one(Post, found.post_id).group_id
        _replace(session, viewer, _Written("comment", found, group_id), given.attachments)
    return found


@dataclass(frozen=True, slots=True)
class _Written:
    """What files hang on: a post or a comment, in a group or not."""

    kind: str
    row: Post | Comment
    group_id: int | None


def _hang(session: Session, viewer: Viewer, on: _Written, ids: Sequence[int], alts: Alts | None) -> None:
    if not ids:
        return
    if on.row.author_id != viewer.id:
        raise Invalid(
            attachments=_("What is written without a name takes no files: a file says who sent it.")
        )
    on.row.files = files.attach(session, viewer, on.kind, on.row.id, ids, group_id=on.group_id, alts=alts)
    session.flush()


def _replace(session: Session, viewer: Viewer, on: _Written, ids: Sequence[int]) -> None:
    here = select(File.id).where(File.kind == on.kind, File.object_id == on.row.id)
    held = set(session.scalars(here))
    files.keep_only(session, on.kind, on.row.id, ids)
    _hang(session, viewer, on, [file_id for file_id in ids if file_id not in held], None)
    session.refresh(on.row)


def _posts(session: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
    query = select(Post.id).where(Post.id.in_(ids), Post.deleted_at.is_(None))
    return set(session.scalars(query.where(readable(Post.audience, viewer))))


def _comments(session: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
    query = select(Comment.id).join(Post, Post.id == Comment.post_id).where(Comment.id.in_(ids))
    alive = query.where(Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
    return set(session.scalars(alive.where(readable(Post.audience, viewer))))


def _gone_posts(session: Session, ids: Collection[int], before: datetime) -> set[int]:
    kept = Post.deleted_at.is_(None) | (Post.deleted_at >= before)
    return set(ids) - set(session.scalars(select(Post.id).where(Post.id.in_(ids), kept)))


def _gone_comments(session: Session, ids: Collection[int], before: datetime) -> set[int]:
    kept = Comment.deleted_at.is_(None) | (Comment.deleted_at >= before)
    query = select(Comment.id, Comment.post_id).where(Comment.id.in_(ids), kept)
    standing = {row.id: row.post_id for row in session.execute(query)}
    gone = _gone_posts(session, set(standing.values()), before)
    return {
        comment_id for comment_id in ids if standing.get(comment_id) is None or standing[comment_id] in gone
    }


def _changed(session: Session, kind: str, model: type[Post | Comment], ids: Collection[int]) -> None:
    number = select(func.count(File.id)).where(File.kind == kind, File.object_id == model.id)
    values = {"files": number.scalar_subquery(), "version": model.version + 1}
    session.execute(update(model).where(model.id.in_(ids)).values(values).execution_options(
        synchronize_session=False
    ))  # fmt: skip
    session.expire_all()


def _changed_posts(session: Session, ids: Collection[int]) -> None:
    _changed(session, "post", Post, ids)
    for post_id, at in session.execute(select(Post.id, Post.at).where(Post.id.in_(ids))):
        emit(session, PostChanged(post_id, at))


def _changed_comments(session: Session, ids: Collection[int]) -> None:
    _changed(session, "comment", Comment, ids)
    query = select(Comment.post_id, Comment.id, Comment.at).where(Comment.id.in_(ids))
    for post_id, comment_id, at in session.execute(query):
        emit(session, CommentChanged(post_id, comment_id, at))


def _post_pages(_session: Session, ids: Collection[int]) -> Mapping[int, str]:
    return {post_id: f"/posts/{encode_id(post_id)}" for post_id in ids}


def _comment_pages(_session: Session, ids: Collection[int]) -> Mapping[int, str]:
    return {comment_id: f"/comments/{encode_id(comment_id)}" for comment_id in ids}


def _post_audiences(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    query = select(Post.id, Post.audience).where(Post.id.in_(ids), Post.deleted_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query)}


def _comment_audiences(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    query = select(Comment.id, Post.audience).join(Post, Post.id == Comment.post_id)
    alive = query.where(Comment.id.in_(ids), Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
    return {row[0]: row[1] for row in session.execute(alive)}


HOLDERS = (
    Holder("post", _posts, _gone_posts, _changed_posts, _post_pages, _post_audiences),
    Holder("comment", _comments, _gone_comments, _changed_comments, _comment_pages, _comment_audiences),
)
previewing.shown_on(Post, Comment)


def linked(session: Session, events: Sequence[LinkRead]) -> None:
    """Show what was read behind links, on the posts and comments that have them."""
    ids = [event.preview_id for event in events]
    query = select(Post.id, Post.at).where(Post.link_id.in_(ids), Post.deleted_at.is_(None))
    for post_id, at in session.execute(query).all():
        newer = update(Post).where(Post.id == post_id).values(version=Post.version + 1)
        session.execute(newer.execution_options(synchronize_session=False))
        emit(session, PostChanged(post_id, at))
    said = select(Comment.id).where(Comment.link_id.in_(ids), Comment.deleted_at.is_(None))
    comments = session.scalars(said).all()
    newer = update(Comment).where(Comment.id.in_(comments)).values(version=Comment.version + 1)
    session.execute(newer.execution_options(synchronize_session=False))
    session.expire_all()
    where = select(Comment.post_id, Comment.id, Comment.at).where(Comment.id.in_(comments))
    for post_id, comment_id, at in session.execute(where).all():
        emit(session, CommentChanged(post_id, comment_id, at))


def forget_links(session: Session, before: datetime, most: int) -> int:
    """Remove what was read before a moment behind links that nothing has any more; gives how many."""
    used = [
        select(table.link_id).where(table.link_id == LinkPreview.id, table.deleted_at.is_(None)).exists()
        for table in previewing.SHOWN_ON
    ]
    old = select(LinkPreview.id).where(LinkPreview.asked_at < before, *(~one for one in used)).limit(most)
    ids = session.scalars(old).all()
    for table in previewing.SHOWN_ON:
        session.execute(update(table).where(table.link_id.in_(ids)).values(link_id=None))
    session.execute(delete(LinkPreview).where(LinkPreview.id.in_(ids)))
    return len(ids)
