"""Writes of internal mobility: what one is open to, and who sees it. They never commit."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.mobility import wording
from rse.mobility.models import Openness, OpennessReader
from rse.mobility.policy import MOST_READERS


def keep(
    session: Session, viewer: Viewer, ways: Iterable[str], note: str, *, to_hr: bool, readers: Sequence[int]
) -> None:
    """Say what one is open to and who sees it, in the place of what was said before. Raises Invalid. Flushes.

    Where nothing is said any more, nothing is kept.
    """
    chosen, note = [way for way in wording.WAYS if way in set(ways)], note.strip()
    wanted = set(readers) - {viewer.id}
    if len(wanted) > MOST_READERS:
        raise Invalid(readers=_("Twenty colleagues are enough: take one away first."))
    if not chosen and not note:
        if to_hr or wanted:
            raise Invalid(ways=_("Say what you are open to: choose something, or write a line."))
        forget_own(session, viewer.id)
        return
    shown_to = _colleagues(session, viewer.id, wanted)
    row = session.get(Openness, viewer.id)
    if row is None:
        row = Openness(person_id=viewer.id)
        session.add(row)
    row.ways, row.note, row.to_hr, row.at = " ".join(chosen), note, to_hr, clock.now()
    session.flush()
    session.execute(delete(OpennessReader).where(OpennessReader.person_id == viewer.id))
    session.add_all(OpennessReader(person_id=viewer.id, reader_id=one) for one in shown_to)
    session.flush()


def _colleagues(session: Session, person_id: int, wanted: set[int]) -> list[int]:
    """Give those of these who are active employees; who has left meanwhile is dropped. Raises Invalid."""
    query = select(Person.id).where(Person.id.in_(wanted))
    found = set(session.scalars(query.where(Person.status == "active", Person.kind == "employee")))
    before = select(OpennessReader.reader_id).where(OpennessReader.person_id == person_id)
    if wanted - found - set(session.scalars(before)):
        raise Invalid(readers=_("Choose active colleagues."))
    return sorted(found)


def colleague(session: Session, viewer: Viewer, name: str) -> int:
    """Give the colleague of a login or an address. Raises Invalid."""
    typed = name.strip().lstrip("@").lower()
    query = select(Person.id).where(or_(Person.uid == typed, Person.email == typed))
    found = session.scalar(query.where(Person.status == "active", Person.kind == "employee"))
    if found is None or found == viewer.id:
        raise Invalid(reader=_("Choose an active colleague, by login or address."))
    return found


def forget_own(session: Session, person_id: int) -> None:
    """Remove what a person is open to, and whom they showed it."""
    session.execute(delete(OpennessReader).where(OpennessReader.person_id == person_id))
    session.execute(delete(Openness).where(Openness.person_id == person_id))


def forget(session: Session, person_id: int) -> None:
    """Remove it, and the person from whom others show theirs."""
    forget_own(session, person_id)
    session.execute(delete(OpennessReader).where(OpennessReader.reader_id == person_id))
