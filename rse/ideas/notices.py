"""Who is told of a stage: who had the idea, where that is known, and who looks after it."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import text
from rse.core.audience import Viewer, readable
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.feed.models import Post
from rse.feed.notices import EXCERPT, subject, thread_of
from rse.ideas import queries
from rse.ideas.events import IdeaDecided
from rse.ideas.models import Idea
from rse.ideas.words import STAGES


def tell(session: Session, event: IdeaDecided) -> Iterator[Told]:
    """Tell them; nobody is told in the place of an author who is not known."""
    post, idea = session.get(Post, event.post_id), session.get(Idea, event.post_id)
    if post is None or idea is None or post.deleted_at is not None or post.historical:
        return
    author = None if post.data.get("unsigned") else post.author_id
    people = [person for person in (author, idea.owner_id) if person is not None]
    key = f"idea:{post.id}:{event.at.isoformat()}"
    yield Told(key, thread_of(post.id), post.id, event.at, post.audience, people, event.by_id, post.group_id)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say at which stage the idea is now, with the last public reply, to those who may read it."""
    query = select(Post).where(Post.id.in_([note.object_id for note in noted]), Post.deleted_at.is_(None))
    found = {post.id: post for post in session.scalars(query.where(readable(Post.audience, viewer)))}
    seen = queries.ideas(session, viewer, list(found))
    said = {}
    for note in noted:
        if note.object_id in seen:
            one, post = seen[note.object_id], found[note.object_id]
            words = _("The idea has a public answer: %(stage)s", stage=STAGES[one.idea.status])
            url = f"/posts/{encode_id(post.id)}"
            said[note.id] = Line(words, url, subject(post), text.excerpt(one.reply, EXCERPT))
    return said


NOTICES = (Notice("idea", lazy("Answers to my ideas"), "lightbulb", (IdeaDecided,), tell, lines),)
