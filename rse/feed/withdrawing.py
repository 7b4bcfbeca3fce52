"""Taking a post or a comment out of sight for a moderator, and putting it back; who may is theirs to say."""

from sqlalchemy.orm import Session

from rse.core.events import emit
from rse.feed import service
from rse.feed.events import CommentChanged, PostChanged
from rse.feed.models import Comment, Post
from rse.groups import service as groups


def _locked(session: Session, post_id: int) -> Post:
    return session.get_one(Post, post_id, with_for_update=True, populate_existing=True)


def withdraw_post(session: Session, post_id: int) -> bool:
    """Take a post out of sight; False when it is gone already. Flushes."""
    post = _locked(session, post_id)
    if post.deleted_at is not None:
        return False
    service.take_back(session, post)
    return True


def put_back_post(session: Session, post_id: int) -> None:
    """Show a post again that was taken out of sight. Flushes."""
    post = _locked(session, post_id)
    post.deleted_at = None
    post.version += 1
    session.flush()
    if post.group_id and not post.historical:
        groups.count_posts(session, post.group_id)
    emit(session, PostChanged(post.id, post.at))


def _comment(session: Session, comment_id: int) -> tuple[Comment, Post]:
    found = session.get_one(Comment, comment_id, populate_existing=True)
    return found, _locked(session, found.post_id)


def withdraw_comment(session: Session, comment_id: int) -> bool:
    """Take a comment out of sight; False when it is gone already. Flushes."""
    found, post = _comment(session, comment_id)
    if found.deleted_at is not None:
        return False
    service.take_comment_back(session, found, post)
    return True


def put_back_comment(session: Session, comment_id: int) -> None:
    """Show a comment again. It was the accepted answer before? Who asked may mark it again. Flushes."""
    found, post = _comment(session, comment_id)
    found.deleted_at = None
    found.version += 1
    session.flush()
    service.count_comments(session, post)
    post.version += 1
    session.flush()
    emit(session, CommentChanged(post.id, found.id, found.at))
