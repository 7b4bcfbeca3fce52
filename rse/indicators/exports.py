"""A person's own visits in their own export, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.indicators import pulse, running
from rse.indicators.models import PulseAsked, Visit


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the days on which the person was there."""
    days = session.scalars(select(Visit.day).where(Visit.person_id == person_id).order_by(Visit.day))
    return [{"day": day.isoformat()} for day in days]


def pulses(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the waves of the pulse for which chance drew the person; what they answered is known to nobody."""
    query = select(PulseAsked.day, PulseAsked.answered).where(PulseAsked.person_id == person_id)
    rows = session.execute(query.order_by(PulseAsked.day))
    return [{"day": row.day.isoformat(), "answered": row.answered} for row in rows]


export = Export("visits", rows, running.erase)
asked = Export("pulse", pulses, pulse.forget)
