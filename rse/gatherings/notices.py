"""Who is reminded of an event: those who said that they come, or may."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer, readable
from rse.core.i18n import _, format_datetime, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.feed.models import Post
from rse.feed.notices import subject, thread_of
from rse.gatherings import queries
from rse.gatherings.events import GatheringMoved, GatheringNear
from rse.gatherings.models import Gathering


def tell(session: Session, event: GatheringNear) -> Iterator[Told]:
    """Tell those who come that it begins within a day."""
    post = session.get(Post, event.post_id)
    if post is not None and post.deleted_at is None:
        people = queries.reminded(session, event.post_id)
        key = f"near:{post.id}"
        yield Told(
            key, thread_of(post.id), post.id, event.starts_at, post.audience, people, None, post.group_id
        )


def tell_moved(session: Session, event: GatheringMoved) -> Iterator[Told]:
    """Tell those who come that it is at another time or place."""
    post = session.get(Post, event.post_id)
    if post is not None and post.deleted_at is None:
        people, thread = queries.reminded(session, event.post_id), thread_of(post.id)
        key = f"moved:{post.id}:{event.at.isoformat(timespec='seconds')}"
        yield Told(key, thread, post.id, event.at, post.audience, people, post.author_id, post.group_id)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say when it begins, to those who may read it now."""
    query = (
        select(Post, Gathering.starts_at)
        .join(Gathering, Gathering.post_id == Post.id)
        .where(Post.id.in_([note.object_id for note in noted]), Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer))
    )
    found = {post.id: (post, starts_at) for post, starts_at in session.execute(query)}
    said = {}
    for note in noted:
        if note.object_id in found:
            post, starts_at = found[note.object_id]
            when = format_datetime(starts_at, "short")
            words = _("You said you would come: it begins on %(when)s", when=when)
            if note.kind == "event_moved":
                words = _("Changed: it begins on %(when)s, look at when and where", when=when)
            said[note.id] = Line(words, f"/posts/{encode_id(post.id)}", subject(post))
    return said


NOTICES = (
    Notice(
        "event_near", lazy("Events that I come to, the day before"), "calendar", (GatheringNear,), tell, lines
    ),
    Notice(
        "event_moved", lazy("An event that I come to moves"), "calendar", (GatheringMoved,), tell_moved, lines
    ),
)
