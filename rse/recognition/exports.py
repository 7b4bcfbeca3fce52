"""What a person's own export contains of thanks (those that they wrote are posts: see the feed's)."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.feed.models import Post
from rse.recognition import service
from rse.recognition.models import Recipient


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the thanks that a person got."""
    query = select(Post.id, Post.at).join(Recipient, Recipient.post_id == Post.id)
    for post_id, at in session.execute(
        query.where(Recipient.person_id == person_id, Post.deleted_at.is_(None))
    ):
        yield {"what": "thanked", "on": encode_id(post_id), "at": at}


export = Export("recognition", rows, service.forget)
