"""What open pages hear of posts: ids only, in the rooms of those who may read; the pages fetch the rest."""

from collections.abc import Sequence
from typing import Any

from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import live
from rse.core.model import encode_id
from rse.feed.events import PostMoved, PostPublished
from rse.feed.models import Post


def tell(session: Session, events: Sequence[Any]) -> None:
    """Send `post:new` or `post:changed`, once for each post, to the room of its audience."""
    published = {event.post_id: event for event in events if isinstance(event, PostPublished)}
    rows = [(event.post_id, event.audience, event.group_id) for event in published.values()]
    changed = {event.post_id for event in events} - published.keys()
    if changed:
        query = select(Post.id, Post.audience, Post.group_id).where(Post.id.in_(changed))
        rows += [(row.id, row.audience, row.group_id) for row in session.execute(query)]
    gone = [event for event in events if isinstance(event, PostMoved)]
    rows += [(event.post_id, event.old_audience, None) for event in gone]  # who reads it no more lets it go
    for post_id, audience, group_id in rows:
        name = "post:new" if post_id in published else "post:changed"
        payload = {"id": encode_id(post_id), "group": encode_id(group_id) if group_id else None}
        live.send(name, payload, audience, skip=_own_socket())


def _own_socket() -> str | None:
    """Give the socket of the page that asked: its answer shows the change already."""
    sent = request.headers.get("X-Socket-Id") if has_request_context() else None
    viewer = getattr(current_user, "viewer", None) if sent else None
    return sent if viewer is not None and sent in live.sockets.of(viewer.id) else None
