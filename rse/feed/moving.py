"""Where posts stand: moving one to another group or to the company, and following a group's visibility.

Comments, reactions, ballots and files are read through their post, so they move with it. What was written
for some people is not carried to others behind their back: where others have commented for the members of a
group, the post does not leave these readers.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.audience import EVERYONE, Viewer
from rse.core.events import emit
from rse.core.i18n import _, enumeration, ngettext
from rse.core.policy import Action, Invalid, require
from rse.feed import policy, queries
from rse.feed.events import PostMoved
from rse.feed.models import Comment, Mention, Pin, Post
from rse.feed.writing import Named, readers_among
from rse.groups import mentioning
from rse.groups import service as groups
from rse.groups.events import GroupRetokened
from rse.groups.models import Group


def audience_of(group: Group | None) -> str:
    """Give who reads what is published in a group, or in the company (None)."""
    return group.posts_audience if group else EVERYONE


def left_out(session: Session, post: Post, audience: str) -> list[tuple[int, str]]:
    """Give the people named in a post and its comments who would not read it there: id and name."""
    named = select(Mention.person_id).where(Mention.post_id == post.id)
    query = select(Person.id, Person.uid, Person.display_name, Person.kind).where(
        Person.id.in_(named), Person.status == "active"
    )
    people = [Named(*row) for row in session.execute(query.order_by(Person.sort_name))]
    reached = readers_among(session, audience, people)
    return [(person.id, person.name) for person in people if person.id not in reached]


def _others(session: Session, post: Post, viewer: Viewer) -> int:
    """Count the comments of other people."""
    query = select(func.count()).select_from(Comment).where(Comment.post_id == post.id)
    return session.scalar(query.where(Comment.deleted_at.is_(None), Comment.author_id != viewer.id)) or 0


def require_move(session: Session, viewer: Viewer, post: Post, group: Group | None) -> None:
    """Raise Refused or Invalid where a viewer may not move a post to a group that they have found."""
    here, tie = queries.place(session, viewer, post.group_id)
    may = policy.may_steer(viewer, post, tie) and policy.is_open(here)
    require(may, Action.MOVE, _("Its author or the moderators move a post."))
    _group, target_tie = queries.place(session, viewer, group.id if group else None)
    if (group.id if group else None) == post.group_id:
        raise Invalid(group=_("It stands there already."))
    if not policy.may_publish(viewer, group, target_tie):
        raise Invalid(group=_("You cannot publish there."))
    if post.audience in {EVERYONE, audience_of(group)}:
        return
    if viewer.id != post.author_id:
        raise Invalid(group=_("Only its author shows to others what was written for the members of a group."))
    others = _others(session, post, viewer)
    if others:
        said = ngettext(
            "%(n)s comment was written here for the members of the group: share the post instead.",
            "%(n)s comments were written here for the members of the group: share the post instead.",
            others,
        )
        raise Invalid(group=said)


def move(session: Session, viewer: Viewer, post_id: int, group: Group | None, *, sure: bool = False) -> Post:
    """Move a post to a group that the caller has found, or to the company (None). Flushes.

    Raises Invalid(sure=...) with the names of those mentioned who would not read it there any more, until
    the viewer is sure; what `require_move` raises.
    """
    post = queries.post(session, viewer, post_id, lock=True)
    require_move(session, viewer, post, group)
    audience, before = audience_of(group), post.audience
    _require_nothing_secret(session, post, audience)
    lost = left_out(session, post, audience)
    if lost and not sure:
        raise Invalid(sure=losing([name for _id, name in lost]))
    if not post.historical:
        for number, change in ((post.group_id, -1), (group.id if group else None, 1)):
            if number is not None:
                groups.count_posts(session, number, change)
    named = (Mention.post_id == post.id, Mention.person_id.in_([number for number, _name in lost]))
    session.execute(delete(Mention).where(*named))
    session.execute(delete(Pin).where(Pin.post_id == post.id))
    post.group_id, post.audience = group.id if group else None, audience
    post.version += 1
    session.flush()
    comments = session.scalars(select(Comment.id).where(Comment.post_id == post.id)).all()
    emit(session, PostMoved(post.id, post.at, before, tuple(comments)))
    return post


def _require_nothing_secret(session: Session, post: Post, audience: str) -> None:
    """Raise Invalid where a post or a comment names a secret group that its new readers cannot know."""
    said = select(Comment.body_html).where(Comment.post_id == post.id, Comment.deleted_at.is_(None))
    link = Comment.body_html.contains(mentioning.ADDRESS, autoescape=True)
    names = mentioning.hidden_from(session, audience, [post.body_html, *session.scalars(said.where(link))])
    if names:
        words = _("“%(names)s” is secret and named here: take the name out first.", names=enumeration(names))
        raise Invalid(group=words)


def losing(names: Sequence[str]) -> str:
    """Say who is mentioned and would not read a post any more."""
    return ngettext(
        "%(names)s is mentioned here and would not see it there any more.",
        "%(names)s are mentioned here and would not see it there any more.",
        len(names),
        names=enumeration(list(names)),
    )


def retoken(session: Session, events: Sequence[GroupRetokened]) -> None:
    """Give everything in a group its new audience, in the transaction that changed the visibility."""
    for event in events:
        moved = update(Post).where(Post.group_id == event.group_id)
        values = {"audience": event.new_audience, "version": Post.version + 1}
        session.execute(moved.values(values).execution_options(synchronize_session=False))
        session.expire_all()
