"""Editing a post with what its kind adds to a text: the date of an event, the options of a poll."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from rse.core import kinds
from rse.core.audience import Viewer
from rse.feed import attaching
from rse.feed.models import Post


def held(session: Session, viewer: Viewer, post: Post) -> dict[str, Any]:
    """Give the values of the form of a post, as it stands."""
    declared = kinds.of(post.kind)
    more: Mapping[str, Any] = declared.held(session, viewer, post) if declared.held else {}
    return {"kind": post.kind, "title": post.title or "", "body": post.body, **more}


def edit_given(session: Session, viewer: Viewer, post_id: int, given: Any) -> Post:
    """Change one's own post by its form (schemas.editing). Raises as service.edit and its kind do."""
    post = attaching.edit(
        session, viewer, post_id, given, body=given.body, title=given.title or "", kind=given.kind, tags=None
    )
    declared = kinds.of(post.kind)
    if declared.change is not None:
        declared.change(session, viewer, post, given)
    return post
