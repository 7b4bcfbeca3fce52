"""The one write of a page: somebody was there today."""

from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.indicators.models import Visit


def visit(session: Session, viewer: Viewer, day: date) -> None:
    """Note that a person was there on a local day; once a day, and nothing but the day."""
    here = (Visit.day == day, Visit.person_id == viewer.id)
    if session.scalar(select(Visit.day).where(*here)) is None:
        session.execute(insert(Visit).values(day=day, person_id=viewer.id))
