"""Who has said that they are away: shown before one writes to them, and nobody suggests them meanwhile.

Days are those of the company's zone, both included. A reason is nobody's business and is not asked.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.web import settings
from rse.people.models import Profile


def is_away(today: date) -> ColumnElement[bool]:
    """Give the criterion of the profiles of people who are away on a day."""
    begun = or_(Profile.away_from.is_(None), Profile.away_from <= today)
    return and_(Profile.away_until.is_not(None), Profile.away_until >= today, begun)


def today() -> date:
    """Give the day that it is in the company."""
    return clock.today(settings().timezone)


def last_day() -> ColumnElement[date | None]:
    """Give the last day away, for a query over profiles: nothing of who is here today."""
    return case((is_away(today()), Profile.away_until))


def away(session: Session, people: Iterable[int]) -> dict[int, date]:
    """Give the last day away of those of these people who are away today."""
    ids = list(people)
    query = select(Profile.person_id, Profile.away_until).where(Profile.person_id.in_(ids), is_away(today()))
    return {row.person_id: row.away_until for row in session.execute(query)} if ids else {}


def planned(session: Session, person_id: int) -> tuple[date | None, date] | None:
    """Give the first and the last day away of somebody, if it is not over."""
    query = select(Profile.away_from, Profile.away_until).where(Profile.person_id == person_id)
    row = session.execute(query.where(Profile.away_until >= today())).first()
    return (row.away_from, row.away_until) if row else None
