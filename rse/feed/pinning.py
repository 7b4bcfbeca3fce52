"""Posts that the moderators of a group keep at the top of its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, text
from rse.core.audience import Viewer, readable
from rse.core.events import emit
from rse.core.i18n import _, ngettext
from rse.core.policy import Action, Invalid, require
from rse.feed import policy, queries
from rse.feed.events import PinChanged
from rse.feed.models import Pin, Post

MOST = 5  # in a group: more would hide what is new
TITLE = 100


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned post in a line."""

    id: int
    title: str
    author: str
    at: datetime


def pinned(session: Session, viewer: Viewer, group_id: int) -> Sequence[Pinned]:
    """Give what is pinned in a group and readable for the viewer, the last pin first. One query."""
    query = (
        select(Post.id, Post.title, Post.body_html, Person.display_name, Post.at)
        .join(Pin, Pin.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .where(Pin.group_id == group_id, Post.group_id == group_id, Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer))
        .order_by(Pin.at.desc(), Post.id)
        .limit(MOST)
    )
    return [
        Pinned(row[0], row[1] or text.excerpt(text.plain(row[2]), TITLE), row[3], row[4])
        for row in session.execute(query)
    ]


def is_pinned(session: Session, post_id: int) -> bool:
    """Tell whether a post stands at the top of its group's page."""
    return session.get(Pin, post_id) is not None


def pin(session: Session, viewer: Viewer, post_id: int, *, on: bool = True) -> None:
    """Pin a post in its group, or let it go. Raises Refused, and Invalid for too many. Flushes."""
    post = queries.post(session, viewer, post_id, lock=True)
    group, tie = queries.place(session, viewer, post.group_id)
    may = group is not None and policy.is_open(group) and policy.manages(tie)
    require(may, Action.PIN, _("The moderators of a group pin its posts."))
    held = session.get(Pin, post_id)
    if held is not None and not on:
        session.delete(held)
        emit(session, PinChanged(post_id, held.at))
    elif held is None and on and group is not None:
        number = session.scalar(select(func.count()).select_from(Pin).where(Pin.group_id == group.id)) or 0
        if number >= MOST:
            text_ = ngettext("A group pins %(n)s post at most.", "A group pins %(n)s posts at most.", MOST)
            raise Invalid(pin=text_)
        made = Pin(post_id=post_id, group_id=group.id, person_id=viewer.id, at=clock.now())
        session.add(made)
        emit(session, PinChanged(post_id, made.at))
    session.flush()
