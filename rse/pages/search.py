"""Pages in the search index: as they stand, for those who read what their group says."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import text
from rse.core.audience import Viewer
from rse.core.feature import Document, Hit, IndexSource
from rse.pages import queries
from rse.pages.events import PageChanged
from rse.pages.models import Page


def load(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of pages; deleted ones are left out."""
    for page in session.scalars(select(Page).where(Page.id.in_(ids), Page.deleted_at.is_(None))):
        yield Document(
            key=f"page:{page.id}", kind="page", audience=page.audience, title=page.title,
            body=text.plain(page.body_html), at=page.edited_at, version=page.version,
            author_id=page.edited_by, group_id=page.group_id, tags=text.hashtags(page.body),
        )  # fmt: skip


def ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Give ids in order."""
    query = select(Page.id).where(Page.id > after, Page.deleted_at.is_(None))
    return session.scalars(query.order_by(Page.id).limit(limit)).all()


def stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    """Give what tells whether the index knows the present state."""
    query = select(Page.id, Page.version, Page.audience).where(Page.id > after, Page.deleted_at.is_(None))
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(Page.id).limit(limit))]


def hits(session: Session, wanted: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show pages to a viewer who may read them."""
    return {
        page.id: Hit(
            key=f"page:{page.id}",
            title=page.title,
            text=text.plain(page.body_html),
            url=f"/groups/{group.slug}/pages/{page.slug}",
            at=page.edited_at,
            subtitle=group.name,
        )
        for page, group in queries.by_ids(session, viewer, wanted).values()
    }


source = IndexSource(
    kind="page",
    events={PageChanged: lambda e: [e.page_id]},
    load=load,
    ids=ids,
    hits=hits,
    stamps=stamps,
)
