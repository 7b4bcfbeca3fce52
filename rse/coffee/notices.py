"""Who is told of a draw: those who are to meet."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.coffee import queries, wording
from rse.coffee.events import CoffeeDrawn
from rse.coffee.models import CoffeeGuest
from rse.core.audience import EVERYONE, Viewer
from rse.core.i18n import _, enumeration, lazy
from rse.core.notice import Line, Noted, Notice, Told


def tell(session: Session, event: CoffeeDrawn) -> Iterator[Told]:
    """Tell everybody of a meeting."""
    query = select(CoffeeGuest.person_id).where(CoffeeGuest.meeting_id == event.meeting_id)
    people, key = session.scalars(query).all(), f"coffee:{event.meeting_id}"
    yield Told(key, key, event.meeting_id, event.at, EVERYONE, people)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say with whom, to those who are of it."""
    found = {one.id: one for one in queries.meetings(session, viewer, ids=[n.object_id for n in noted])}
    said = {}
    for note in noted:
        meeting = found.get(note.object_id)
        if meeting and meeting.others:
            names = enumeration([card.display_name for card in meeting.others])
            words = _("A coffee with %(names)s?", names=names)
            said[note.id] = Line(words, "/coffee", _("Random coffee"), wording.opening(meeting))
    return said


NOTICES = (Notice("coffee", lazy("Whom I meet for a coffee"), "coffee", (CoffeeDrawn,), tell, lines),)
