"""The random coffee of the demo company: who takes part, and two draws, the last one a few days old."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.coffee import service
from rse.coffee.models import CoffeeMeeting, CoffeeSeat
from rse.demo.company import Company

EVERY_NTH = 4
DAYS = (18, 4)  # ago
EVER, MOST = datetime(2000, 1, 1, tzinfo=UTC), 500  # nothing goes for its age


def load(company: Company) -> None:
    """Seat the cast and some others, and draw twice."""
    session = company.session
    query = select(Person.id).where(Person.demo, Person.kind == "employee", Person.status == "active")
    people = session.scalars(query.order_by(Person.sort_name)).all()
    cast = set(session.scalars(select(Person.id).where(Person.uid.in_(("amelie.rousseau", "karim.benali")))))
    taking = sorted(cast | set(people[::EVERY_NTH]))
    session.add_all([CoffeeSeat(person_id=key, at=company.calendar.now) for key in taking])
    session.flush()
    for days in DAYS:
        moment = company.calendar.now - timedelta(days=days)
        service.draw(session, str(company.calendar.zone), company.chance, now=moment, tell=False)
    first = session.scalars(select(CoffeeMeeting).order_by(CoffeeMeeting.drawn_on, CoffeeMeeting.id)).all()
    for meeting in first[: 2 * len(first) // 5]:
        meeting.met = True
    session.flush()


def clear(session: Session) -> None:
    """Remove the meetings that nobody is of any more."""
    while service.purge(session, EVER, MOST):
        pass
