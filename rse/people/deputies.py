"""Who sees a manager's team page in the manager's place for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core import clock
from rse.core.company import Remembered
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.people.models import Deputy

MAX_DAYS = 366
MAX_DEPUTIES = 10


@dataclass(frozen=True)
class Delegation:
    """A deputy of a manager, and the days."""

    id: int
    deputy: Card
    from_date: date
    until_date: date


def of_manager(session: Session, manager_id: int, today: date) -> list[Delegation]:
    """Give the deputies of a manager that are or will be, by their first day."""
    query = select(*COLUMNS, Deputy.id.label("delegation"), Deputy.from_date, Deputy.until_date)
    query = query.join(Deputy, Deputy.deputy_id == Person.id)
    query = query.where(Deputy.manager_id == manager_id, Deputy.until_date >= today)
    rows = session.execute(query.order_by(Deputy.from_date, Deputy.id))
    return [Delegation(row.delegation, card_of(row), row.from_date, row.until_date) for row in rows]


def add(
    session: Session,
    manager: Person,
    deputy: Person | None,
    days: tuple[date, date],
    *,
    today: date,
    actor_id: int,
) -> None:
    """Let somebody stand in for a manager, first to last day. Raises Invalid. Flushes."""
    first, last = days
    if not manager.is_manager:
        raise Invalid(deputy=_("Nobody reports to this person."))
    if deputy is None or deputy.status != "active" or deputy.kind != "employee" or deputy.id == manager.id:
        raise Invalid(deputy=_("Choose an active colleague, by login or address."))
    if last < first or last < today:
        raise Invalid(until=_("The last day comes after the first one, and is not over."))
    if (last - first).days > MAX_DAYS:
        raise Invalid(until=_("At most a year."))
    if len(of_manager(session, manager.id, today)) >= MAX_DEPUTIES:
        raise Invalid(deputy=_("At most ten deputies."))
    row = Deputy(manager_id=manager.id, deputy_id=deputy.id, from_date=first, until_date=last)
    row.created_at = clock.now()
    session.add(row)
    session.flush()
    about = {"deputy": deputy.id, "from": first, "until": last}
    audit.record(session, "deputy.set", actor_id=actor_id, target=f"person:{manager.id}", **about)
    _all.forget(session)


def remove(session: Session, manager_id: int, row_id: int, actor_id: int) -> None:
    """End a delegation at once. Raises NotFound for one that is not this manager's."""
    mine = (Deputy.id == row_id, Deputy.manager_id == manager_id)
    deputy_id = session.scalar(select(Deputy.deputy_id).where(*mine))
    if deputy_id is None:
        raise NotFound
    session.execute(delete(Deputy).where(*mine))
    audit.record(session, "deputy.end", actor_id=actor_id, target=f"person:{manager_id}", deputy=deputy_id)
    _all.forget(session)


def managers_for(session: Session, deputy_id: int, today: date) -> list[int]:
    """Give the active managers for whom somebody stands in on a day."""
    query = select(Deputy.manager_id).join(Person, Person.id == Deputy.manager_id)
    query = query.where(Deputy.deputy_id == deputy_id, Person.status == "active")
    return list(session.scalars(query.where(Deputy.from_date <= today, Deputy.until_date >= today)))


def _read(session: Session) -> Sequence[tuple[int, date, date]]:
    rows = session.execute(select(Deputy.deputy_id, Deputy.from_date, Deputy.until_date))
    return [(row.deputy_id, row.from_date, row.until_date) for row in rows]


_all = Remembered(_read)


def stands_in(session: Session, person_id: int, today: date) -> bool:
    """Tell whether somebody is a deputy today, for the navigation of every page: seconds old at most."""
    return any(who == person_id and first <= today <= last for who, first, last in _all.get(session))
