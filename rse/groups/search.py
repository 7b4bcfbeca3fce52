"""Groups in the search index: their name and description, for those for whom they exist."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.feature import Document, Hit, IndexSource
from rse.core.i18n import _
from rse.groups import queries
from rse.groups.events import GroupChanged, GroupRetokened
from rse.groups.models import Group


def load(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of groups."""
    for group in session.scalars(select(Group).where(Group.id.in_(ids))):
        yield Document(
            key=f"group:{group.id}",
            kind="group",
            audience=group.audience,
            title=group.name,
            body=group.description,
            at=group.created_at,
            version=group.version,
            group_id=group.id,
        )


def ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Give ids in order."""
    return session.scalars(select(Group.id).where(Group.id > after).order_by(Group.id).limit(limit)).all()


def stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    """Give what tells whether the index knows the present state."""
    query = select(Group.id, Group.version, Group.audience).where(Group.id > after).order_by(Group.id)
    return [(row[0], row[1], row[2]) for row in session.execute(query.limit(limit))]


def hits(session: Session, wanted: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show groups to a viewer for whom they exist."""
    query = select(Group).where(Group.id.in_(wanted), queries.visible(viewer))
    words = {"open": _("Open group"), "closed": _("Closed group"), "secret": _("Secret group")}
    return {
        group.id: Hit(
            key=f"group:{group.id}",
            title=group.name,
            text=group.description,
            url=f"/groups/{group.slug}",
            at=group.created_at,
            subtitle=words[group.visibility],
        )
        for group in session.scalars(query)
    }


source = IndexSource(
    kind="group",
    events={GroupChanged: lambda e: [e.group_id], GroupRetokened: lambda e: [e.group_id]},
    load=load,
    ids=ids,
    hits=hits,
    stamps=stamps,
)
