"""The permission matrix: which cells each kind of viewer reads, on the page, in the file and by the API."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from rse.accounts.models import Person
from rse.core import db
from rse.core.model import encode_id
from rse.indicators.models import CellDepartment
from rse.people import deputies
from rse.people.models import Department, Deputy, Profile
from tests import factories
from tests.indicators.company import UNITS, today

ROLES = ("admin", "hr", "dpo", "works_council", "executive", "moderator", "community_manager")
FACES = ("/team/{}", "/team/{}/figures.csv", "/api/v1/indicators/cells/{}")


@pytest.fixture
def cells(published):
    """The cell of each unit, by its last name."""
    rows = db.db.session().execute(select(CellDepartment.department_id, CellDepartment.cell_id)).all()
    of = {row.department_id: encode_id(row.cell_id) for row in rows}
    return {path.split(" / ")[-1]: of[published.departments[path]] for path in UNITS}


def seen(app, person, cells):
    """The cells that somebody reads: every face of each cell says the same, and the list too."""
    deputies._all.forget(db.db.session())
    client = factories.browser_of(app, person)
    answers = {
        cell: {client.get(face.format(cell)).status_code for face in FACES} for cell in set(cells.values())
    }
    assert all(codes in ({200}, {404}) for codes in answers.values()), answers
    read = {cell for cell, codes in answers.items() if codes == {200}}
    listed = client.get("/api/v1/indicators/cells")
    if listed.status_code == 200:
        assert {one["id"] for one in listed.get_json()["items"]} == read
    else:
        assert read == set()
    return read


def test_managers_read_the_cells_of_their_own_reports_alone(app, published, cells):
    assert len(set(cells.values())) == 3  # three small units of the head office are counted together
    for unit, cell in cells.items():
        assert seen(app, published.manager(unit), cells) == {cell}


def test_reports_in_two_departments_are_two_cells_and_a_report_who_has_left_is_none(app, published, cells):
    boss = published.manager("Fraisage")
    other = published.units["Rosemar / Usine / Montage"][4]
    db.begin_write().execute(update(Profile).where(Profile.person_id == other).values(manager_id=boss))
    db.commit()
    assert seen(app, boss, cells) == {cells["Fraisage"], cells["Montage"]}
    db.begin_write().execute(update(Person).where(Person.id == other).values(status="deactivated"))
    db.commit()
    assert seen(app, boss, cells) == {cells["Fraisage"]}


def test_the_head_of_a_department_reads_its_cells_each_for_itself(app, published, cells):
    factory = published.departments["Rosemar / Usine"]
    query = update(Department).where(Department.id == factory).values(head_id=published.outsider)
    db.begin_write().execute(query)
    db.commit()
    assert seen(app, published.outsider, cells) == {cells["Fraisage"], cells["Montage"]}


def test_a_deputy_reads_them_in_the_days_of_the_delegation_alone(app, published, cells):
    who, manager = published.outsider, published.manager("Montage")
    session = db.begin_write()
    days = (today() - timedelta(days=1), today() + timedelta(days=3))
    deputies.add(
        session, session.get(Person, manager), session.get(Person, who), days, today=today(), actor_id=manager
    )
    db.commit()
    assert seen(app, who, cells) == {cells["Montage"]}
    assert seen(app, published.manager("Fraisage"), cells) == {cells["Fraisage"]}
    for first, last in ((1, 3), (-3, -1)):
        values = {"from_date": today() + timedelta(days=first), "until_date": today() + timedelta(days=last)}
        db.begin_write().execute(update(Deputy).values(**values))
        db.commit()
        assert seen(app, who, cells) == set()


def test_no_role_opens_a_cell(app, published, cells):
    manager = published.manager("Montage")
    for role in ROLES:
        session = db.begin_write()
        person = factories.make_person(session, f"une.{role}", roles=frozenset({role})).id
        session.execute(update(Person).where(Person.id == manager).values(roles=frozenset({role})))
        db.commit()
        assert seen(app, person, cells) == set(), role
        assert seen(app, manager, cells) == {cells["Montage"]}, role  # having both adds nothing


def test_colleagues_guests_and_who_is_signed_out_read_none(app, published, cells):
    assert seen(app, published.everyone[3], cells) == set()
    assert seen(app, published.guest, cells) == set()
    for face in FACES:
        assert app.test_client().get(face.format(cells["Montage"])).status_code in {303, 401}
