"""Visits as events for the indicators: presence on a local day, at no particular time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core.activity import Activity, ActivityEvent
from rse.indicators.engine.windows import Calendar
from rse.indicators.models import Visit


def activity(zone: str) -> Activity:
    """Declare the visits of an organisation in its zone."""
    calendar = Calendar(ZoneInfo(zone))

    def events(session: Session, start: datetime, end: datetime) -> Iterator[ActivityEvent]:
        first = calendar.local_day(start)
        query = select(Visit.day, Visit.person_id).where(Visit.day >= first, Visit.day < _after(end))
        for row in session.execute(query):
            at = calendar.start(row.day)
            if start <= at < end:
                yield ActivityEvent(f"visit:{row.day}:{row.person_id}", at, "visit", row.person_id)

    def _after(end: datetime) -> date:
        return calendar.local_day(end) + timedelta(days=1)

    def first(session: Session) -> datetime | None:
        day = session.scalar(select(func.min(Visit.day)))
        return None if day is None else calendar.start(day)

    return Activity("visits", events, first=first)
