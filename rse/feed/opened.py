"""A post as its own page needs it: with its place, the viewer's tie to that, and whether it is closed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.core.audience import Viewer, readable
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.feed.closing import Closed
from rse.feed.models import Closing, Post
from rse.feed.timeline import Entry
from rse.groups.models import Group, Membership


@dataclass(frozen=True, slots=True)
class Opened:
    """A readable post with what stands around it."""

    post: Post
    entry: Entry
    group: Group | None
    tie: Membership | None
    closed: Closed | None


def opened(session: Session, viewer: Viewer, post_id: int) -> Opened:
    """Give a post that the viewer may read, in one query. Raises NotFound when there is none for them."""
    closer: Any = aliased(Person)
    own = and_(Membership.group_id == Post.group_id, Membership.person_id == viewer.id)
    query = (
        select(Post, Person.version, Group, Membership, Closing.at, Closing.reason, closer.display_name)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .outerjoin(Membership, own)
        .outerjoin(Closing, Closing.post_id == Post.id)
        .outerjoin(closer, closer.id == Closing.person_id)
        .where(Post.id == post_id, Post.deleted_at.is_(None), readable(Post.audience, viewer))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    post, author_version, group, tie, at, reason, name = row
    entry = Entry(
        post.id, post.at, post.version, post.author_id, author_version, post.group_id,
        group.version if group else None, post.audience, group.member_count if group else None,
        post.kind, post.at,
    )  # fmt: skip
    closed = Closed(name or _("Somebody"), at, reason) if at else None
    return Opened(post, entry, group, tie, closed)
