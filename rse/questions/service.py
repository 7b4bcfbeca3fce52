"""Writes of questions: asking somebody by name, "also my question", being available. They never commit."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.questions import policy, queries
from rse.questions.events import PersonAsked
from rse.questions.models import AlsoMine, Asked, Unavailable


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Ask those who were chosen while the question was written; who cannot be asked by now is left out."""
    wanted: Sequence[int] = getattr(given, "ask", ())
    for person_id in queries.askable(session, viewer, post.audience, wanted)[: policy.AT_ONCE]:
        _ask(session, viewer, post, person_id)


def ask(session: Session, viewer: Viewer, post_id: int, person_id: int) -> None:
    """Ask somebody by name to look at one's question; twice is once. Raises Refused, Invalid."""
    post = feed.post(session, viewer, post_id, lock=True)
    group, _tie = feed.place(session, viewer, post.group_id)
    reason = _("Who asked the question asks people by name, as long as it waits for its answer.")
    require(policy.may_ask(viewer, post, group), Action.ASK, reason)
    if session.get(Asked, (post_id, person_id)) is not None:
        return
    if not queries.left(session, post_id):
        raise Invalid(person_id=_("Enough people were asked: give them time to answer."))
    if not queries.askable(session, viewer, post.audience, [person_id], post_id=post_id):
        raise Invalid(person_id=_("This person cannot be asked now: choose somebody else."))
    _ask(session, viewer, post, person_id)


def _ask(session: Session, viewer: Viewer, post: Post, person_id: int) -> None:
    now = clock.now()
    session.add(Asked(post_id=post.id, person_id=person_id, by_id=viewer.id, at=now))
    session.flush()
    emit(session, PersonAsked(post.id, person_id, viewer.id, now))


def join(session: Session, viewer: Viewer, post_id: int, *, on: bool) -> None:
    """Say that a question that waits is one's own too, or not any more. Raises Refused for the asker."""
    post = feed.post(session, viewer, post_id)
    group, _tie = feed.place(session, viewer, post.group_id)
    held = session.get(AlsoMine, (post_id, viewer.id))
    if (held is not None) == on:
        return
    if held is not None:
        session.delete(held)
    else:
        may = policy.may_join(viewer, post, group)
        require(may, Action.ASK, _("This question is yours, or does not wait any more."))
        session.add(AlsoMine(post_id=post_id, person_id=viewer.id, at=clock.now()))
    session.flush()


def set_available(session: Session, viewer: Viewer, *, on: bool) -> None:
    """Let oneself be suggested as somebody who could answer, or not."""
    held = session.get(Unavailable, viewer.id)
    if held is not None and on:
        session.delete(held)
    elif held is None and not on:
        session.add(Unavailable(person_id=viewer.id, since=clock.now()))
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Remove where a person was asked, asked others or asked the same, and whether they are available."""
    session.execute(delete(Asked).where(or_(Asked.person_id == person_id, Asked.by_id == person_id)))
    for table in (AlsoMine, Unavailable):
        session.execute(delete(table).where(table.person_id == person_id))
