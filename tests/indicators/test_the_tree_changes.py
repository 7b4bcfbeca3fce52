"""Departments made, moved into and closed within a quarter; people who leave and come back."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from rse.accounts import lifecycle
from rse.accounts import service as accounts
from rse.accounts.models import Person
from rse.core import db, jobs
from rse.core.model import encode_id, new_id
from rse.indicators import running
from rse.indicators.engine import company as engine
from rse.indicators.engine import job
from rse.indicators.engine.company import partition, staff
from rse.indicators.engine.models import Act
from rse.indicators.models import COMPANY, CellDepartment, Published
from rse.people import departments
from rse.people.models import Department, Profile
from tests import factories
from tests.indicators.company import last_sunday, today

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _one_quarter(monkeypatch):
    """All weeks lie in one quarter, on whatever day the test runs."""
    for module in (engine, job):
        monkeypatch.setattr(module, "quarter", lambda _day: "2026-Q4")


def cell_of(department):
    return db.db.session().scalar(
        select(CellDepartment.cell_id).where(CellDepartment.department_id == department)
    )


def told(code, cell):
    query = select(Published.status, Published.figures)
    query = query.where(Published.day == last_sunday(), Published.code == code, Published.cell_id == cell)
    return db.db.session().execute(query).one()


def test_a_department_made_in_the_middle_belongs_to_the_cell_above_it(any_app, company):
    running.rollup(last_sunday() - 7 * DAY)
    milling = company.departments["Rosemar / Usine / Fraisage"]
    fresh = Department(
        id=new_id(), name="Tours", path="Rosemar / Usine / Fraisage / Tours", parent_id=milling
    )
    session = db.begin_write()
    session.add(fresh)
    moved = company.units["Rosemar / Usine / Montage"][:6]
    for person in moved:
        departments.place(session, person, fresh.id, last_sunday() - 3 * DAY)
    session.execute(update(Profile).where(Profile.person_id.in_(moved)).values(department_id=fresh.id))
    session.execute(update(Profile).where(Profile.person_id.in_(moved[1:])).values(manager_id=moved[0]))
    db.commit()
    running.rollup()
    people = staff(db.db.session())
    cut = partition(db.db.session(), people, last_sunday(), 8)
    assert cut.cell_of[fresh.id] == cell_of(milling)
    sizes = Counter(cut.cell(team) for _person, team in people.present(last_sunday()))
    assert sizes[cell_of(milling)] == 18 + 6
    assert told("ACT", COMPANY).status == "shown"
    client = factories.browser_of(any_app, moved[0])
    listed = [one["id"] for one in client.get("/api/v1/indicators/cells").get_json()["items"]]
    assert encode_id(cell_of(milling)) in listed
    assert client.get(f"/team/{encode_id(cell_of(milling))}").status_code == 200


def test_a_closed_department_keeps_what_was_written_there(app, company):
    running.rollup(last_sunday() - 7 * DAY)
    closed = company.departments["Rosemar / Siège / Achats"]
    other = company.departments["Rosemar / Siège / RH"]
    session = db.begin_write()
    for person in company.units["Rosemar / Siège / Achats"]:
        departments.place(session, person, other, last_sunday() - 2 * DAY)
    session.execute(update(Department).where(Department.id == closed).values(ended_on=last_sunday()))
    db.commit()
    assert running.rollup() == [last_sunday()]
    assert cell_of(closed) == cell_of(other)  # they were counted together before, and are now
    assert told("ACT", COMPANY).figures["rate"]


def test_who_leaves_and_comes_back_counts_again_from_that_day(app, company):
    person = company.everyone[2]
    session = db.begin_write()
    accounts.deactivate(session, session.get(Person, person), None)
    db.commit()
    jobs.drain(60)
    people = staff(db.db.session())
    assert people.employed(person, today())
    assert not people.employed(person, today() + DAY)
    session = db.begin_write()
    lifecycle.reactivate(session, session.get(Person, person), None)
    db.commit()
    jobs.drain(60)
    people = staff(db.db.session())
    assert people.employed(person, today() + DAY)
    running.rollup()
    here = select(Act.day).where(Act.person_id == person)
    assert db.db.session().scalars(here).all()
