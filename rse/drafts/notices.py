"""Who is told about drafts: their writer, when one could not be published at its time."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import text
from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.drafts.events import PublishingFailed
from rse.drafts.models import Draft

TITLE = 80


def tell(session: Session, event: PublishingFailed) -> Iterator[Told]:
    """Tell the writer."""
    if session.get(Draft, event.draft_id) is not None:
        key = f"unpublished:{event.draft_id}:{event.at.isoformat(timespec='seconds')}"
        thread, who = f"draft:{event.draft_id}", event.person_id
        yield Told(key, thread, event.draft_id, event.at, person_token(who), [who])


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say which draft, and why; one that is gone is left out."""
    ids = [note.object_id for note in noted]
    query = select(Draft).where(Draft.id.in_(ids), Draft.person_id == viewer.id, Draft.problem != "")
    held = {draft.id: draft for draft in session.scalars(query)}
    return {
        note.id: Line(
            _("Your post could not be published at its time"),
            f"/drafts/{encode_id(note.object_id)}",
            text.excerpt(str(held[note.object_id].fields.get("body", "")), TITLE),
            held[note.object_id].problem,
        )
        for note in noted
        if note.object_id in held
    }


NOTICES = (
    Notice(
        "unpublished", lazy("A post of mine could not be published at its time"), "clock",
        (PublishingFailed,), tell, lines,
    ),
)  # fmt: skip
