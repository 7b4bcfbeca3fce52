"""Reads of polls: all those of a page in one query, with whether the viewer has voted and how."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.feed.models import Post
from rse.polls.models import Ballot, Poll, Voted


@dataclass(frozen=True, slots=True)
class Seen:
    """A poll as one viewer stands to it."""

    poll: Poll
    voted: bool
    mine: tuple[int, ...]  # of a poll by name
    author_id: int


def polls(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Seen]:
    """Give the polls of posts that the viewer may read."""
    query = (
        select(Poll, Voted.person_id, Ballot.choices, Post.author_id)
        .join(Post, Post.id == Poll.post_id)
        .outerjoin(Voted, and_(Voted.post_id == Poll.post_id, Voted.person_id == viewer.id))
        .outerjoin(Ballot, and_(Ballot.post_id == Poll.post_id, Ballot.person_id == viewer.id))
        .where(Poll.post_id.in_(ids))
    )
    return {
        poll.post_id: Seen(poll, voted is not None or choices is not None, tuple(choices or ()), author_id)
        for poll, voted, choices, author_id in session.execute(query)
    }


def poll(session: Session, post_id: int, *, lock: bool = False) -> Poll:
    """Give the poll of a post that the caller has found for the viewer. Raises NotFound for another kind."""
    query = select(Poll).where(Poll.post_id == post_id).execution_options(populate_existing=lock)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Give the options as text for the search."""
    rows = session.execute(select(Poll.post_id, Poll.options).where(Poll.post_id.in_(ids)))
    return {row.post_id: " ".join(row.options) for row in rows}
