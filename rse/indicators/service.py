"""The writes of the pages: somebody was there today; what becomes of a weak signal."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rse.core import clock, company
from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.indicators import pauses, signals
from rse.indicators.models import Signal, Visit

STATES = {"publish": "published", "refuse": "refused", "never": "refused"}


def visit(session: Session, viewer: Viewer, day: date) -> None:
    """Note that a person was there on a local day; once a day, and nothing but the day; off means off."""
    if pauses.off_for(session, viewer):
        return
    here = (Visit.day == day, Visit.person_id == viewer.id)
    if session.scalar(select(Visit.day).where(*here)) is None:
        session.execute(insert(Visit).values(day=day, person_id=viewer.id))


def decide(session: Session, viewer: Viewer, day: date, term: str, verdict: str) -> Signal:
    """Publish a signal, or refuse it, or refuse its words for ever. One may think again. Raises NotFound."""
    known = {one.term for one in signals.queue(session, viewer, day) if one.day == day}
    row = session.get(Signal, (day, term)) if term in known else None
    if row is None:
        raise NotFound
    row.state, row.decided_at = STATES[verdict], clock.now()
    if verdict == "never":
        words = {*signals.blocked(session), row.label.lower()}
        block(session, viewer, words, strict=signals.strict_only(session))
    session.flush()
    return row


def block(session: Session, viewer: Viewer, words: Collection[str], *, strict: bool) -> None:
    """Keep the company's own block-list, and whether only the strict test counts."""
    company.put(session, signals.BLOCKED, sorted(set(words)) or None, by=viewer.id)
    company.put(session, signals.STRICT, strict or None, by=viewer.id)
    company.forget(session)
