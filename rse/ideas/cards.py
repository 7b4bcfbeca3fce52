"""What an idea puts into its card, its page and the API, for one viewer."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.core.model import encode_id
from rse.feed import policy as feed_policy
from rse.feed import queries as feed
from rse.ideas import policy, queries
from rse.ideas.models import STAGES
from rse.ideas.words import STAGES as WORDS
from rse.ideas.words import TONES


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render the stage, the votes and the last reply."""
    seen = queries.ideas(session, viewer, ids)
    return {post_id: _render(post_id, one, csrf_token()) for post_id, one in seen.items()}


def _render(post_id: int, one: queries.Seen, token: str, **more: Any) -> str:
    values: dict[str, Any] = {
        "post_id": post_id,
        "one": one,
        "idea": one.idea,
        "stages": WORDS,
        "tones": TONES,
    }
    return render_template("ideas/_part.html", csrf_token=token, **values, **more)


def whole(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render the same with every reply, and what the viewer may do, for the post's own page."""
    found = {}
    for post_id, one in queries.ideas(session, viewer, ids).items():
        post = feed.post(session, viewer, post_id)
        group, tie = feed.place(session, viewer, post.group_id)
        decides = feed_policy.is_open(group) and policy.may_decide(
            viewer, post.group_id, tie, one.idea.owner_id, one.sponsor_id
        )
        found[post_id] = _render(
            post_id,
            one,
            csrf_token(),
            whole=True,
            steps=queries.steps(session, post_id),
            decides=decides,
            order=STAGES,
            removes=feed_policy.may_remove_unsigned(viewer, post),
        )
    return found


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write the ideas of posts."""
    return {post_id: _written(one) for post_id, one in queries.ideas(session, viewer, ids).items()}


def _written(one: queries.Seen) -> dict[str, Any]:
    idea = one.idea
    more = {
        "voted": one.voted,
        "owner_id": encode_id(idea.owner_id) if idea.owner_id else None,
        "due_on": idea.due_on.isoformat() if idea.due_on else None,
        "campaign_id": encode_id(idea.campaign_id) if idea.campaign_id else None,
        "reason": one.reply or None,
        "anonymous": idea.claim is not None,
    }
    return {"votes": idea.votes, "status": idea.status, "idea": more}
