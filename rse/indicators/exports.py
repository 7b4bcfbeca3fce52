"""A person's own visits in their own export, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.indicators import running
from rse.indicators.models import Visit


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the days on which the person was there."""
    days = session.scalars(select(Visit.day).where(Visit.person_id == person_id).order_by(Visit.day))
    return [{"day": day.isoformat()} for day in days]


export = Export("visits", rows, running.erase)
