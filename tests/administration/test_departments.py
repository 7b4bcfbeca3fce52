"""Administrators change the tree of departments by hand; what a directory owns is locked; dates are kept."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import clock, db
from rse.core.model import encode_id
from rse.core.web import settings
from rse.people.departments import Tree, place
from rse.people.models import Department, DepartmentMembership, Profile
from rse.provisioning.scim_models import ScimGroup
from tests import factories

LONG_AGO = date(2020, 1, 1)


class House:
    """Industry with two teams made by hand (Amélie and Karim in Assembly), Sales of a directory (Sofia)."""

    def __init__(self, app: Flask) -> None:
        session = db.begin_write()
        self.cast = {name: person.id for name, person in factories.make_cast(session).items()}
        tree = Tree(session)
        self.assembly = tree.find_or_add("Industrie / Montage") or 0
        self.paint = tree.find_or_add("Industrie / Peinture") or 0
        self.sales = Tree(session, "ldap").find_or_add("Ventes") or 0
        self.industry = tree.by_key["industrie"]
        for name, department in (("amelie", self.assembly), ("karim", self.assembly), ("sofia", self.sales)):
            session.add(Profile(person_id=self.cast[name], department_id=department))
            session.flush()
            place(session, self.cast[name], department, LONG_AGO, LONG_AGO)
        db.commit()
        self.browser = factories.browser_of(app, self.cast["ines"])
        with app.test_request_context():
            self.today = clock.today(settings().timezone)

    def post(self, department: int, what: str, **data: str) -> Any:
        return self.browser.post(f"/admin/departments/{encode_id(department)}/{what}", data=data)

    def paths(self) -> set[str]:
        db.rollback()
        return set(db.session().scalars(select(Department.path).where(Department.ended_on.is_(None))))

    def memberships(self, name: str) -> list[tuple[int, date | None, date | None]]:
        db.rollback()
        held = DepartmentMembership
        query = select(held.department_id, held.from_date, held.to_date)
        rows = db.session().execute(query.where(held.person_id == self.cast[name]).order_by(held.id))
        return [tuple(row) for row in rows]

    def noted(self) -> list[str]:
        db.rollback()
        query = select(AuditEntry.action).where(AuditEntry.action.startswith("department."))
        return list(db.session().scalars(query.order_by(AuditEntry.id)))


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def test_the_tree_counts_people_and_names_owners(house: House) -> None:
    html = house.browser.get("/admin/departments").text
    lines = re.findall(
        r'<li class="row between depth-(\d)".*?department[s]?/[^"]*">([^<]*)</a>.*?num">([^<]*)<',
        html,
        re.DOTALL,
    )
    assert lines == [
        ("0", "Industrie", "2 personnes"),
        ("1", "Montage", "2 personnes"),
        ("1", "Peinture", "0 personne"),
        ("0", "Ventes", "1 personne"),
    ]
    assert "Annuaire (LDAP)" in html
    assert "Industrie / Montage" in house.browser.get("/admin/departments?q=mont").text
    assert "Aucun service ne correspond" in house.browser.get("/admin/departments?q=zzz").text
    assert "Aucun service n’a pris fin" in house.browser.get("/admin/departments?state=ended").text


def test_make_rename_and_move(house: House) -> None:
    answer = house.browser.post(
        "/admin/departments", data={"name": "Essais", "parent": "industrie / MONTAGE"}
    )
    assert answer.status_code == 303
    assert "Industrie / Montage / Essais" in house.paths()
    assert house.post(house.assembly, "rename", name="Assemblage").status_code == 303
    assert {"Industrie / Assemblage", "Industrie / Assemblage / Essais"} <= house.paths()
    assert house.post(house.assembly, "move", parent="").status_code == 303
    assert {"Assemblage", "Assemblage / Essais", "Industrie"} <= house.paths()
    assert house.memberships("amelie") == [(house.assembly, LONG_AGO, None)]
    assert house.noted() == ["department.create", "department.rename", "department.move"]


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("move", {"parent": "Industrie / Montage"}),  # a circle
        ("move", {"parent": "Industrie"}),
        ("move", {"parent": "Nulle part"}),
        ("rename", {"name": "Ventes"}),  # taken
        ("rename", {"name": "A / B"}),
        ("rename", {}),
        ("rename", {"name": "x" * 201}),
        ("merge", {"into": "Industrie / Peinture"}),  # into one below
        ("end", {}),  # departments below
        ("lead", {"head": "nobody"}),
        ("lead", {"head": "james.oneill"}),  # a guest
    ],
)
def test_what_is_wrong_is_said_and_nothing_changed(house: House, what: str, data: dict[str, str]) -> None:
    before = house.paths()
    answer = house.post(house.industry, what, **data)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert house.paths() == before
    assert house.noted() == []


def test_merging_moves_people_and_departments_and_keeps_the_past(any_app: Flask) -> None:
    house = House(any_app)
    house.browser.post("/admin/departments", data={"name": "Essais", "parent": "Industrie / Montage"})
    assert house.post(house.assembly, "merge", into="Industrie / Peinture").status_code == 303
    assert house.paths() == {"Industrie", "Industrie / Peinture", "Industrie / Peinture / Essais", "Ventes"}
    yesterday = house.today - timedelta(days=1)
    past, present = house.memberships("amelie")
    assert past == (house.assembly, LONG_AGO, yesterday)
    assert present == (house.paint, house.today, None)
    assert db.session().get_one(Profile, house.cast["karim"]).department_id == house.paint
    assert house.post(house.paint, "merge", into="Ventes").status_code == 303  # twice on one day
    assert house.memberships("amelie") == [past, (house.sales, house.today, None)]
    assert "Industrie / Montage" in house.browser.get("/admin/departments?state=ended&q=montage").text


def test_ending_asks_where_people_go(house: House) -> None:
    answer = house.post(house.assembly, "end")
    assert answer.status_code == 422
    assert "dites où elles vont" in answer.text
    assert house.post(house.assembly, "end", into="Industrie / Peinture").status_code == 303
    assert house.memberships("karim")[-1] == (house.paint, house.today, None)
    assert house.post(house.industry, "end", into="").status_code == 422
    again = house.browser.post("/admin/departments", data={"name": "montage", "parent": "Industrie"})
    assert again.status_code == 303
    assert "Industrie / Montage" in house.paths()
    assert house.noted() == ["department.end", "department.reopen"]


def test_what_a_directory_owns_is_locked_until_it_is_empty(house: House) -> None:
    page = house.browser.get(f"/admin/departments/{encode_id(house.sales)}").text
    assert "Il appartient à" in page
    assert "Annuaire (LDAP)" in page
    assert 'name="into"' not in page
    for what, data in (
        ("rename", {"name": "X"}),
        ("move", {"parent": "Industrie"}),
        ("end", {"into": "Industrie"}),
    ):
        answer = house.post(house.sales, what, **data)
        assert answer.status_code == 422
        assert "source extérieure" in answer.text
    db.begin_write().get_one(Profile, house.cast["sofia"]).department_id = None
    db.commit()
    assert house.post(house.sales, "end").status_code == 303
    Tree(db.begin_write(), "ldap").find_or_add("Ventes")
    db.commit()
    assert "Ventes" in house.paths()  # the directory names it again


def test_a_group_of_a_provider_locks_its_department(house: House) -> None:
    now = clock.now()
    row = ScimGroup(provider="okta", public_id="g1", name="Peinture", display_name="peinture", created_at=now)
    row.modified_at, row.target_kind, row.target_id = now, "department", house.paint
    db.begin_write().add(row)
    db.commit()
    assert house.post(house.paint, "end").status_code == 422
    assert house.post(house.industry, "rename", name="Usine").status_code == 422


def test_a_directory_takes_what_it_names(house: House) -> None:
    tree = Tree(db.begin_write(), "directory")
    assert tree.find_or_add("industrie / montage") == house.assembly
    db.commit()
    assert db.session().get_one(Department, house.assembly).source == "directory"
    db.rollback()
    assert house.post(house.industry, "rename", name="Usine").status_code == 422


def test_who_leads_is_said_for_any_department(house: House) -> None:
    for department in (house.sales, house.assembly):
        assert house.post(department, "lead", head="claire.dupont").status_code == 303
        assert "Claire Dupont" in house.browser.get(f"/admin/departments/{encode_id(department)}").text
    assert house.post(house.sales, "lead", head="").status_code == 303
    assert db.session().get_one(Department, house.sales).head_id is None
    lines = db.session().scalars(select(AuditEntry.details).where(AuditEntry.action == "department.lead"))
    assert [json.loads(line)["head"] for line in lines] == [house.cast["claire"]] * 2 + [None]


def test_pages_follow_each_other(house: House) -> None:
    tree = Tree(db.begin_write())
    for number in range(120):
        tree.find_or_add(f"Agence {number:03}")
    db.commit()
    first = house.browser.get("/admin/departments").text
    more = re.search(r'<a class="btn" href="([^"]*after=[^"]*)"', first)
    assert more
    second = house.browser.get(more[1].replace("&amp;", "&")).text
    names = [
        re.findall(r'<a class="name" href="/admin/departments/[^"]*">([^<]*)<', html)
        for html in (first, second)
    ]
    assert [len(part) for part in names] == [100, 24]
    assert len({*names[0], *names[1]}) == 124
    assert house.browser.get("/admin/departments?after=xx").status_code == 422


def test_unknown_departments_are_not_found(house: House) -> None:
    assert house.browser.get("/admin/departments/1").status_code == 404
    assert house.post(12345, "rename", name="X").status_code == 404
