"""Who does not want to be shown as present. Nobody is told that they do not."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.chat.events import PresenceHidden
from rse.chat.models import HiddenPresence
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit


def hidden(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Give which of these people are not to be shown as present."""
    query = select(HiddenPresence.person_id).where(HiddenPresence.person_id.in_(list(person_ids)))
    return set(session.scalars(query))


def show(session: Session, viewer: Viewer, *, shown: bool) -> None:
    """Let colleagues see that the viewer is present, or not: at once they look away then. Flushes."""
    held = session.get(HiddenPresence, viewer.id)
    if shown and held is not None:
        session.delete(held)
    elif not shown and held is None:
        session.add(HiddenPresence(person_id=viewer.id, at=clock.now()))
        emit(session, PresenceHidden(viewer.id))
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Forget what a person has chosen."""
    session.execute(delete(HiddenPresence).where(HiddenPresence.person_id == person_id))
