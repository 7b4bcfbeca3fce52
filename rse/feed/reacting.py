"""Small signs: reactions to posts and comments, and posts kept for later."""

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import policy, queries
from rse.feed.events import Reacted
from rse.feed.models import Bookmark, Comment, Post, Reaction
from rse.feed.writing import TAG
from rse.people.models import Follow


def react(session: Session, viewer: Viewer, kind: str, object_id: int, name: str, *, on: bool = True) -> None:
    """Give or take back one's reaction of one name to a post or comment; doing so twice changes nothing."""
    if name not in policy.REACTIONS:
        raise Invalid(name=_("One of: %(expected)s.", expected=", ".join(policy.REACTIONS)))
    target, post = _target(session, viewer, kind, object_id)
    group, _tie = queries.place(session, viewer, post.group_id)
    reason = _("This group is archived: it can be read, but not written to.")
    require(policy.is_open(group), Action.REACT, reason)
    key = (kind, object_id, viewer.id, name)
    held = session.get(Reaction, key)
    if (held is not None) == on:
        return
    at = held.at if held else clock.now()
    if held:
        session.delete(held)
    else:
        session.add(Reaction(kind=kind, object_id=object_id, person_id=viewer.id, name=name, at=at))
    session.flush()
    target.reactions = counts(session, kind, object_id)
    target.version += 1
    session.flush()
    emit(session, Reacted(post.id, kind, object_id, at))


def toggle(session: Session, viewer: Viewer, kind: str, object_id: int, name: str) -> None:
    """Give the reaction, or take it back when it is given: what a button without JavaScript does."""
    held = session.get(Reaction, (kind, object_id, viewer.id, name))
    react(session, viewer, kind, object_id, name, on=held is None)


def _target(session: Session, viewer: Viewer, kind: str, object_id: int) -> tuple[Post | Comment, Post]:
    if kind == "comment":
        return queries.comment(session, viewer, object_id, lock=True)
    post = queries.post(session, viewer, object_id, lock=True)
    return post, post


def counts(session: Session, kind: str, object_id: int) -> dict[str, int]:
    """Count again from the rows, in the order of the set: a count can never drift."""
    here = (Reaction.kind == kind, Reaction.object_id == object_id)
    rows = session.execute(select(Reaction.name, func.count()).where(*here).group_by(Reaction.name))
    counts = {row[0]: row[1] for row in rows}
    return {name: counts[name] for name in policy.REACTIONS if counts.get(name)}


def bookmark(session: Session, viewer: Viewer, post_id: int, *, on: bool = True) -> None:
    """Keep a readable post for later, or stop to; nobody else is shown it."""
    queries.post(session, viewer, post_id)
    here = (Bookmark.person_id == viewer.id, Bookmark.post_id == post_id)
    session.execute(delete(Bookmark).where(*here))
    if on:
        values = {"person_id": viewer.id, "post_id": post_id, "at": clock.now()}
        session.execute(insert(Bookmark).values(values))


def follow_tag(session: Session, viewer: Viewer, tag: str, *, on: bool = True) -> None:
    """Follow a tag, or stop to; nobody else is shown it. Raises Invalid for what is no tag."""
    if not TAG.fullmatch(tag):
        raise Invalid(tag=_("A tag is one word of letters, digits and hyphens, without spaces."))
    here = (Follow.follower_id == viewer.id, Follow.tag == tag)
    session.execute(delete(Follow).where(*here))
    if on:
        session.add(Follow(follower_id=viewer.id, tag=tag, at=clock.now()))
        session.flush()
