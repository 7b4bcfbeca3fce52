"""Who is told about questions: those who are asked by name, and those who asked the same, once answered."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer, readable
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.feed.events import AnswerAccepted
from rse.feed.models import Acceptance, Post
from rse.feed.notices import EXCERPT, subject, thread_of
from rse.questions.events import PersonAsked
from rse.questions.models import AlsoMine


def tell_asked(session: Session, event: PersonAsked) -> Iterator[Told]:
    """Tell somebody that a colleague hopes for their answer."""
    post = session.get(Post, event.post_id)
    if post is not None and post.deleted_at is None:
        key, thread = f"asked:{post.id}", thread_of(post.id)
        people = [event.person_id]
        yield Told(key, thread, post.id, event.at, post.audience, people, event.by_id, post.group_id)


def tell_solved(session: Session, event: AnswerAccepted) -> Iterator[Told]:
    """Tell those who asked the same that there is an accepted answer; who answered knows already."""
    post, held = session.get(Post, event.post_id), session.get(Acceptance, event.post_id)
    if post is None or post.deleted_at is not None or held is None or held.comment_id != event.comment_id:
        return
    people = session.scalars(select(AlsoMine.person_id).where(AlsoMine.post_id == post.id)).all()
    key, thread = f"solved:{post.id}:{held.comment_id}", thread_of(post.id)
    yield Told(key, thread, post.id, event.at, post.audience, people, held.person_id, post.group_id)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say who asks, or that it is answered, to those who may read it now."""
    ids = [note.object_id for note in noted]
    readers = (Post.id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, viewer))
    posts = {post.id: post for post in session.scalars(select(Post).where(*readers))}
    people = {note.by_id for note in noted if note.by_id}
    names = dict(session.execute(select(Person.id, Person.display_name).where(Person.id.in_(people))).all())
    said = {}
    for note in noted:
        post = posts.get(note.object_id)
        if post is None or (note.kind == "solved" and post.answer_id is None):
            continue
        name = names.get(note.by_id or 0, _("Somebody"))
        words = (
            _("%(name)s asks whether you can answer", name=name)
            if note.kind == "asked"
            else _("A question that is yours too has its answer")
        )
        excerpt = text.excerpt(text.plain(post.body_html), EXCERPT)
        said[note.id] = Line(words, f"/posts/{encode_id(post.id)}", subject(post), excerpt)
    return said


NOTICES = (
    Notice("asked", lazy("A colleague asks me by name"), "circle-help", (PersonAsked,), tell_asked, lines),
    Notice(
        "solved", lazy("A question that is mine too is answered"), "circle-check", (AnswerAccepted,),
        tell_solved, lines,
    ),
)  # fmt: skip
