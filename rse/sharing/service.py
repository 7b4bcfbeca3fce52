"""Writes of shared posts. They never commit."""

from typing import Any

from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.sharing import queries
from rse.sharing.models import Share


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Note what a new post quotes (schemas.PublishShare). Raises Invalid for what the viewer may not read."""
    try:
        original = feed.post(session, viewer, given.original)
    except NotFound as error:
        raise Invalid(original=_("This post is not there any more.")) from error
    root = queries.root_of(session, original)
    if root != original.id:
        try:
            feed.post(session, viewer, root)
        except NotFound as error:
            raise Invalid(original=_("This post is not there any more.")) from error
    session.add(Share(post_id=post.id, original_id=root))
    session.flush()
