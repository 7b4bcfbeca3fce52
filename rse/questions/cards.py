"""What a question shows on its own page: who asks the same, and who was asked by name."""

from collections.abc import Mapping, Sequence

from flask import render_template
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.feed.models import Post
from rse.questions import policy, queries


def whole(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render it; lists show nothing of this, so that they cost no query."""
    counts, asked = queries.also(session, viewer, ids), queries.asked(session, ids)
    posts = [session.get_one(Post, post_id) for post_id in ids]  # the one of the page, read already
    return {post.id: _render(viewer, post, counts.get(post.id, (0, False)), asked) for post in posts}


def _render(
    viewer: Viewer, post: Post, count: tuple[int, bool], asked: Mapping[int, Sequence[object]]
) -> str:
    people, own = asked.get(post.id, ()), post.author_id == viewer.id
    waits = policy.waits(post)
    if not (waits or people or count[0]):
        return ""
    return render_template(
        "questions/_part.html",
        csrf_token=csrf_token(),
        post_id=post.id,
        also=count[0],
        joined=count[1],
        asked=people,
        own=own,
        waits=waits,
        more=own and waits and len(people) < policy.AT_ONCE,
    )
