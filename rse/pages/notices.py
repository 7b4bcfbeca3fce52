"""Who is told that a page was made: those whose words of a thread it took over."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.core.audience import Viewer
from rse.core.i18n import _, lazy
from rse.core.notice import Line, Noted, Notice, Told
from rse.pages import queries
from rse.pages.events import PageMade
from rse.pages.models import Page, PageCredit


def tell(session: Session, event: PageMade) -> Iterator[Told]:
    """Tell those who are named on it."""
    page = session.get(Page, event.page_id)
    if page is not None and page.deleted_at is None:
        people = session.scalars(select(PageCredit.person_id).where(PageCredit.page_id == page.id)).all()
        yield Told(
            f"page:{page.id}", f"post:{event.post_id}", page.id, page.created_at, page.audience, people,
            event.by_id, page.group_id,
        )  # fmt: skip


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say it to those who may read the page; two queries."""
    found = queries.by_ids(session, viewer, [note.object_id for note in noted])
    people = cards(session, {note.by_id for note in noted if note.by_id})
    said = {}
    for note in noted:
        if note.object_id in found:
            page, group = found[note.object_id]
            by = people.get(note.by_id or 0)
            words = _("%(name)s has made a page of your discussion", name=by.display_name if by else "")
            said[note.id] = Line(words, f"/groups/{group.slug}/pages/{page.slug}", page.title)
    return said


NOTICES = (
    Notice("page_made", lazy("A page is made of my words"), "book-open", (PageMade,), tell, lines),
)  # fmt: skip
