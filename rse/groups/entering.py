"""A group with the viewer's own tie to it, as every tab of its page begins."""

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.groups.models import Group, Membership
from rse.groups.queries import visible


def entered(session: Session, viewer: Viewer, slug: str) -> tuple[Group, Membership | None]:
    """Give both in one query. Raises NotFound when there is no such group for this viewer."""
    own = and_(Membership.group_id == Group.id, Membership.person_id == viewer.id)
    query = select(Group, Membership).outerjoin(Membership, own)
    row = session.execute(query.where(Group.slug == slug, visible(viewer))).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
