"""Reads of shared posts: what each quotes, for one viewer; what they may not read is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer, readable
from rse.core.text import excerpt, plain
from rse.feed.models import Post
from rse.groups.models import Group
from rse.sharing.models import Share

QUOTED = 320


@dataclass(frozen=True, slots=True)
class Original:
    """A quoted post, for somebody who may read it."""

    id: int
    title: str
    text: str
    at: datetime
    author: Card
    group: str


def originals(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Original]:
    """Give what these posts quote, where the viewer may read it; one query."""
    query: Any = (
        select(*COLUMNS, Share.post_id, Post.id, Post.title, Post.body_html, Post.at, Group.name)
        .join(Post, Post.author_id == Person.id)
        .join(Share, Share.original_id == Post.id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Share.post_id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, viewer))
    )
    start, found = len(COLUMNS), dict[int, Original]()
    for row in session.execute(query):
        post_id, number, title, html, at, group = row[start:]
        text = excerpt(plain(html), QUOTED)
        found[post_id] = Original(number, title or "", text, at, card_of(row), group or "")
    return found


def root_of(session: Session, post: Post) -> int:
    """Give what is shared when a post is: a share stands for what it quotes, so that quotes do not nest."""
    held = session.get(Share, post.id)
    return held.original_id if held is not None else post.id
