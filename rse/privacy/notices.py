"""The one thing that privacy tells: a copy of one's data is ready."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.notice import Line, Noted, Notice, Told
from rse.privacy.events import ExportReady
from rse.privacy.models import PersonalExport

PAGE = "/settings/data"


def tell(session: Session, event: ExportReady) -> Iterator[Told]:
    """Tell its owner."""
    row = session.get(PersonalExport, event.export_id)
    if row is not None and row.ready_at is not None:
        key = f"export:{row.id}"
        yield Told(key, key, row.id, row.ready_at, person_token(row.person_id), [row.person_id])


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say it, as long as it can be fetched."""
    ids = [note.object_id for note in noted]
    mine = (PersonalExport.person_id == viewer.id, PersonalExport.expires_at > clock.now())
    standing = set(session.scalars(select(PersonalExport.id).where(PersonalExport.id.in_(ids), *mine)))
    line = Line(_("The copy of your data is ready"), PAGE, _("My data"))
    return {note.id: line for note in noted if note.object_id in standing}


NOTICES = (
    Notice("export_ready", lazy("The copy of my data is ready"), "download", (ExportReady,), tell, lines),
)
