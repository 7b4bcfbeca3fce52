"""What an identity provider sends fills the profile in the transaction of the sign-in, and is locked."""

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from rse.accounts.events import SignedIn
from rse.core import clock, db
from rse.core.events import emit
from rse.people.models import Department, DepartmentMembership, Profile
from tests import factories


def sign_in(person_id: int, **sent: Any) -> Profile:
    session = db.begin_write()
    emit(session, SignedIn(person_id, False, sent))
    db.commit()
    return session.scalars(select(Profile).where(Profile.person_id == person_id)).one()


def people() -> tuple[int, int]:
    session = db.begin_write()
    ids = factories.make_person(session, "ada.king").id, factories.make_person(session, "ben.roy").id
    db.commit()
    return ids


def test_department_manager_and_phone_are_taken_and_locked(any_app: Flask) -> None:
    ada, ben = people()
    profile = sign_in(ben, department="Groupe / Essais", manager="ADA.king", phone="+33 1", title="Ingénieur")
    assert (profile.manager_id, profile.phone, profile.source) == (ada, "+33 1", "saml")
    assert profile.locked == dict.fromkeys(("department", "manager", "phone", "title"), "saml")
    assert db.db.session.get(Department, profile.department_id).path == "Groupe / Essais"
    assert factories.viewer_of(ada).card.is_manager


def test_what_is_not_sent_stays(any_app: Flask) -> None:
    ada, ben = people()
    sign_in(ben, department="Groupe / Essais", manager="ada.king@demo.example")
    profile = sign_in(ben)
    assert profile.manager_id == ada
    assert profile.department_id is not None


def test_a_move_is_dated(any_app: Flask) -> None:
    _ada, ben = people()
    sign_in(ben, department="Groupe / Essais")
    session = db.begin_write()
    yesterday = clock.now().date() - timedelta(days=1)
    session.query(DepartmentMembership).update({"from_date": date(2020, 1, 1)})
    db.commit()
    sign_in(ben, department="groupe / ESSAIS")
    sign_in(ben, department="Groupe / Qualité")
    rows = db.db.session.execute(
        select(DepartmentMembership.from_date, DepartmentMembership.to_date).order_by(DepartmentMembership.id)
    ).all()
    assert [tuple(row) for row in rows] == [(date(2020, 1, 1), yesterday), (clock.now().date(), None)]


def test_a_manager_that_closes_a_circle_or_is_unknown_is_left_out(any_app: Flask) -> None:
    ada, ben = people()
    sign_in(ben, manager="ada.king")
    assert sign_in(ada, manager="ben.roy").manager_id is None
    assert sign_in(ada, manager="nobody").manager_id is None
