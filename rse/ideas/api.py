"""Ideas for programs: votes, stages, the list."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.api import endpoint, paginate
from rse.core.web import SIGNED_IN, decode_cursor, viewer
from rse.feed import documents, timeline
from rse.feed.documents import PostOut, PostPage
from rse.ideas import queries, service
from rse.ideas.schemas import IdeaPage, SetStatus

blueprint = Blueprint("ideas_api", __name__)


@endpoint(blueprint, "/ideas", rule=SIGNED_IN, query=IdeaPage, returns=PostPage)
def ideas(query: IdeaPage) -> Any:
    """List ideas, most votes or newest first."""
    session, who = db.session(), viewer()
    first: type = int if query.sort == "votes" else datetime
    after = decode_cursor(query.cursor, first, int)
    rows = queries.listing(
        session,
        who,
        status=query.status,
        campaign=query.campaign,
        sort=query.sort,
        after=after,
        limit=query.limit,
    )
    shown, cursor = paginate(
        rows, query.limit, lambda row: (row.votes if query.sort == "votes" else row.at, row.id)
    )
    entries = timeline.by_id(session, who, [row.id for row in shown])
    listed = [entries[row.id] for row in shown if row.id in entries]
    return {"items": documents.posts(session, who, listed), "next_cursor": cursor}


@endpoint(blueprint, "/posts/<pid:post_id>/vote", "PUT", rule=SIGNED_IN, status=204)
def vote(post_id: int) -> None:
    """Be for an idea."""
    service.vote(db.session(), viewer(), post_id, on=True)


@endpoint(blueprint, "/posts/<pid:post_id>/vote", "DELETE", rule=SIGNED_IN, status=204)
def unvote(post_id: int) -> None:
    """Be for an idea no more."""
    service.vote(db.session(), viewer(), post_id, on=False)


@endpoint(blueprint, "/posts/<pid:post_id>/status", "PUT", rule=SIGNED_IN, body=SetStatus, returns=PostOut)
def decide(post_id: int, body: SetStatus) -> Any:
    """Move an idea to another stage, with a public reply."""
    session, who = db.session(), viewer()
    service.set_status(session, who, post_id, **dict(body))
    return documents.post(session, who, post_id)
