"""Who is told about saved searches: their owner, that there is something new; never what."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.notice import Line, Noted, Notice, Told
from rse.search import saving
from rse.search.events import SavedSearchFound
from rse.search.models import SavedSearch


def tell(_session: Session, event: SavedSearchFound) -> Iterator[Told]:
    """Tell the owner."""
    thread, who = f"search:{event.saved_id}", event.person_id
    key = f"found:{event.saved_id}:{event.at.isoformat(timespec='seconds')}"
    yield Told(key, thread, event.saved_id, event.at, person_token(who), [who])


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Name the search; one that is deleted is left out."""
    ids = [note.object_id for note in noted]
    query = select(SavedSearch).where(SavedSearch.id.in_(ids), SavedSearch.person_id == viewer.id)
    held = {saved.id: saved for saved in session.scalars(query)}
    return {
        note.id: Line(
            _("There are new results for a search that you saved"),
            saving.address(held[note.object_id]),
            saving.label(held[note.object_id]),
        )
        for note in noted
        if note.object_id in held
    }


NOTICES = (
    Notice(
        "found", lazy("New results for a search that I saved"), "search",
        (SavedSearchFound,), tell, lines, mailed=False,
    ),
)  # fmt: skip
