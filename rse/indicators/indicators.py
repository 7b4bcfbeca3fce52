"""Visits as events for the indicators: presence on a local day, at no particular time; and the pulse."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core.activity import Activity, ActivityEvent
from rse.indicators import pauses
from rse.indicators.engine.windows import Calendar
from rse.indicators.models import PulseCount, PulseWave, Visit


def activity(zone: str) -> Activity:
    """Declare the visits of an organisation in its zone."""
    calendar = Calendar(ZoneInfo(zone))

    def events(session: Session, start: datetime, end: datetime) -> Iterator[ActivityEvent]:
        first = calendar.local_day(start)
        query = select(Visit.day, Visit.person_id).where(Visit.day >= first, Visit.day < _after(end))
        for day, person in session.execute(query):
            at = calendar.start(day)
            if start <= at < end:
                yield ActivityEvent("visit", at, "visit", person)  # most events: their order tells nothing

    def _after(end: datetime) -> date:
        return calendar.local_day(end) + timedelta(days=1)

    def first(session: Session) -> datetime | None:
        day = session.scalar(select(func.min(Visit.day)))
        return None if day is None else calendar.start(day)

    return Activity("visits", events, first=first)


def _wave(session: Session, first: date, last: date) -> tuple[date, Sequence[tuple[int | None, str]]] | None:
    """Give the latest wave of [first, last] that has closed by then, none where the pulse is off."""
    if pauses.pulse_off(session):
        return None
    query = select(func.max(PulseWave.day)).where(PulseWave.day >= first, PulseWave.closes <= last)
    day = session.scalar(query)
    if day is None:
        return None
    counts = select(PulseCount.team_id, PulseCount.answer, PulseCount.n).where(PulseCount.day == day)
    rows = session.execute(counts.order_by(PulseCount.team_id, PulseCount.answer))
    return day, [(row.team_id or None, row.answer) for row in rows for _ in range(row.n)]


pulse = Activity("pulse", events=lambda _session, _start, _end: (), wave=_wave)
