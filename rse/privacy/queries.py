"""Reads of the copies that people have asked for."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.policy import NotFound
from rse.feed.models import Comment, Post
from rse.privacy.models import PersonalExport


def latest(session: Session, person_id: int) -> PersonalExport | None:
    """Give the copy that a person asked for last, while it is being made, stands or has failed."""
    query = select(PersonalExport).where(PersonalExport.person_id == person_id)
    found = session.scalar(query.order_by(PersonalExport.asked_at.desc(), PersonalExport.id.desc()).limit(1))
    if found is not None and found.expires_at is not None and found.expires_at <= clock.now():
        return None
    return found


def ready(session: Session, person_id: int) -> PersonalExport:
    """Give the copy that a person can fetch now. Raises NotFound without one."""
    found = latest(session, person_id)
    if found is None or found.state != "ready":
        raise NotFound
    return found


def person(session: Session, person_id: int) -> Person:
    """Give the person to be erased. Raises NotFound."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def left(session: Session, person_id: int) -> tuple[int, int]:
    """Count the posts and comments of a person: they stay, without a name."""
    posts = select(func.count()).where(Post.author_id == person_id, Post.deleted_at.is_(None))
    comments = select(func.count()).where(Comment.author_id == person_id, Comment.deleted_at.is_(None))
    return session.scalar(posts) or 0, session.scalar(comments) or 0
