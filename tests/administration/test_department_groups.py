"""The group of a department follows the directory by itself; who came by hand, or left, is respected."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.core import db, jobs
from rse.core.events import emit
from rse.core.model import encode_id
from rse.groups.models import Group, Membership
from rse.people.events import PersonChanged
from rse.people.models import Profile
from tests import factories
from tests.administration.test_departments import House


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def group(house: House) -> Group:
    db.rollback()
    return db.session().scalars(select(Group)).one()


def members(house: House) -> dict[str, str]:
    query = select(Membership.person_id, Membership.role).where(Membership.state == "active")
    found = {row.person_id: row.role for row in db.session().execute(query)}
    names = {number: name for name, number in house.cast.items()}
    assert group(house).member_count == len(found)
    return {names[number]: role for number, role in found.items()}


def go(house: House, name: str, department: int | None) -> None:
    """Let the directory put somebody elsewhere."""
    db.rollback()
    session = db.begin_write()
    profile = session.get(Profile, house.cast[name])
    if profile is None:
        session.add(Profile(person_id=house.cast[name], department_id=department))
    else:
        profile.department_id = department
    emit(session, PersonChanged(house.cast[name]))
    db.commit()
    jobs.drain()
    db.rollback()


def as_person(house: House, app: Flask, name: str) -> Any:
    return factories.browser_of(app, house.cast[name])


def test_its_members_follow_the_directory(house: House, app: Flask) -> None:
    house.post(house.industry, "lead", head="claire.dupont")
    made = house.post(house.industry, "group", group="Industrie", visibility="closed", below="1")
    assert made.status_code == 303
    assert members(house) == {"claire": "owner", "amelie": "member", "karim": "member"}
    slug = group(house).slug
    shown = house.browser.get(made.headers["Location"]).text
    assert f'href="/groups/{slug}"' in shown
    assert "3 membres" in shown
    go(house, "sofia", house.paint)  # below it
    go(house, "karim", house.sales)
    assert members(house) == {"claire": "owner", "amelie": "member", "sofia": "member"}
    answer = as_person(house, app, "claire").get(f"/groups/{slug}/about")
    assert "Industrie" in answer.text
    assert "suivent l’annuaire" in answer.text
    house.post(house.paint, "move", parent="")  # the department goes, and its people with it
    jobs.drain()
    assert members(house) == {"claire": "owner", "amelie": "member"}


def test_who_came_by_hand_stays_and_who_left_is_not_brought_back(house: House, app: Flask) -> None:
    house.post(house.assembly, "group", group="Montage", visibility="open")
    assert members(house) == {"ines": "owner", "amelie": "member", "karim": "member"}  # nobody leads it
    slug = group(house).slug
    sofia, karim = as_person(house, app, "sofia"), as_person(house, app, "karim")
    sofia.put(f"/api/v1/groups/{slug}/membership")
    go(house, "sofia", house.assembly)
    go(house, "sofia", house.sales)
    assert "sofia" in members(house)  # she had come by herself
    karim.delete(f"/api/v1/groups/{slug}/membership")
    go(house, "karim", house.assembly)
    assert "karim" not in members(house)  # he had left
    karim.put(f"/api/v1/groups/{slug}/membership")
    go(house, "karim", house.sales)
    assert "karim" in members(house)  # and come back by himself
    go(house, "james", house.assembly)
    assert "james" not in members(house)  # guests are invited


def test_it_keeps_its_people_when_the_department_ends(house: House) -> None:
    house.post(house.assembly, "group", group="Montage", visibility="closed")
    again = house.post(house.assembly, "group", group="Montage 2", visibility="closed")
    assert again.status_code == 422
    house.post(house.assembly, "end", into="Industrie / Peinture")
    jobs.drain()
    assert set(members(house)) == {"ines", "amelie", "karim"}
    go(house, "amelie", house.sales)
    assert "amelie" in members(house)


def test_administrators_alone_make_one_and_let_it_go(house: House, app: Flask) -> None:
    page = f"/admin/departments/{encode_id(house.assembly)}"
    form = {"group": "Montage", "visibility": "closed"}
    assert as_person(house, app, "karim").post(f"{page}/group", data=form).status_code == 404
    assert house.post(house.assembly, "group", group="", visibility="closed").status_code == 422
    assert house.post(house.assembly, "group", group="Montage", visibility="secret").status_code == 422
    house.post(house.assembly, "group", **form)
    house.post(house.assembly, "let-go")
    assert house.noted()[-2:] == ["department.group", "department.let_go"]
    go(house, "karim", house.sales)
    assert "karim" in members(house)
