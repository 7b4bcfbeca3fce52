"""Who is told of thanks: those who are thanked."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer, readable
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.feed.models import Post
from rse.feed.notices import EXCERPT, subject, thread_of
from rse.recognition.events import Thanked


def tell(session: Session, event: Thanked) -> Iterator[Told]:
    """Tell somebody that they are thanked."""
    post = session.get(Post, event.post_id)
    if post is not None and post.deleted_at is None and not post.historical:
        people, where = [event.person_id], thread_of(post.id)
        yield Told(
            f"post:{post.id}", where, post.id, event.at, post.audience, people, event.by_id, post.group_id
        )


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say who thanks, to those who may read it now."""
    author = aliased(Person)
    query = select(Post, author.display_name).join(author, author.id == Post.author_id)
    query = query.where(Post.id.in_([note.object_id for note in noted]), Post.deleted_at.is_(None))
    found = {
        post.id: (post, name) for post, name in session.execute(query.where(readable(Post.audience, viewer)))
    }
    said = {}
    for note in noted:
        if note.object_id in found:
            post, name = found[note.object_id]
            words = text.excerpt(text.plain(post.body_html), EXCERPT)
            url = f"/posts/{encode_id(post.id)}"
            said[note.id] = Line(_("%(name)s thanks you", name=name), url, subject(post), words)
    return said


NOTICES = (Notice("thanks", lazy("Somebody thanks me"), "heart-handshake", (Thanked,), tell, lines),)
