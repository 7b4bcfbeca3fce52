"""The first sign-in makes the person, later ones keep what the identity provider owns up to date."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from rse.accounts import service
from rse.accounts.models import Person
from rse.settings import BadSettings
from tests import factories
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
ADA = {
    "uid": ["Ada"],
    "mail": ["Ada@Example.org"],
    "givenName": ["Ada"],
    "sn": ["Byron"],
    "title": ["Analyst"],
}


def known(door: Door, uid: str = "ada", **values: Any) -> int:
    """Store a person that the directory knows before their first sign-in."""

    def make(session: DbSession) -> int:
        return factories.make_person(session, uid, **values).id

    return int(door.write(make))


def test_first_sign_in_makes_the_person(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA | {"displayName": ["Ada B."], "l": ["Lyon"]})
    person = here.person()
    assert (person.uid, person.email, person.display_name) == ("ada", "ada@example.org", "Ada B.")
    assert (person.title, person.site, person.kind, person.sort_name) == (
        "Analyst",
        "Lyon",
        "employee",
        "byron ada",
    )
    assert person.signed_in_at is not None
    assert len(here.audit("person.create")) == 1


def test_later_sign_ins_update_what_is_sent_and_leave_the_rest(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA)
    before = here.person()
    here.come_in(attributes={"mail": ["ada.king@example.org"], "sn": ["King"], "givenName": ["Ada"]})
    after = here.person()
    assert after.id == before.id
    assert (after.email, after.display_name, after.title) == ("ada.king@example.org", "Ada King", "Analyst")
    assert after.version > before.version
    here.come_in(attributes={"mail": ["ada.king@example.org"], "sn": ["King"], "givenName": ["Ada"]})
    assert here.person().version == after.version


def test_two_people_with_one_login_get_two(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA)
    here.come_in(name_id="other", attributes=ADA | {"mail": ["other@example.org"]})
    assert here.person("other").uid == "ada2"


def test_account_is_the_name_id_and_not_the_address(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA)
    answer = here.come_in(name_id="impostor", attributes=ADA)
    assert refusal_of(here, answer) == "email_taken"


def test_nobody_is_joined_unless_the_administrator_says_so(door: Doors) -> None:
    here = door()
    known(here, email="ada@example.org")
    assert refusal_of(here, here.come_in(attributes=ADA)) == "email_taken"


def test_known_person_is_joined_by_login_or_address_where_allowed(door: Doors) -> None:
    here = door(saml_link="uid")
    person_id = known(here, "ada", email="someone@else.example")
    assert here.come_in(attributes=ADA).status_code == 303
    assert here.person().id == person_id
    assert len(here.audit("signin.join")) == 1
    assert refusal_of(here, here.come_in(name_id="second", attributes=ADA)) == "known_otherwise"


def test_person_of_a_former_provider_is_joined_where_allowed(door: Doors) -> None:
    here = door(saml_link="uid")
    person_id = known(here, "ada", email="ada@example.org", idp="urn:former", name_id="old-7")
    assert here.come_in(attributes=ADA).status_code == 303
    assert here.person().id == person_id
    assert here.audit("signin.join")[0]["before"] == "urn:former"


def test_known_person_is_joined_by_address_where_allowed(door: Doors) -> None:
    here = door(saml_link="email")
    person_id = known(here, "abyron", email="ada@example.org")
    assert here.come_in(attributes=ADA).status_code == 303
    assert here.person().id == person_id
    assert here.person().uid == "abyron"


def test_address_is_needed_to_make_a_person(door: Doors) -> None:
    here = door()
    assert refusal_of(here, here.come_in(attributes={"uid": ["ada"]})) == "no_email"
    assert here.rows(select(Person)) == []


def test_deactivated_person_is_refused_kindly(door: Doors) -> None:
    here = door(default_locale="en")
    browser = here.browser()
    here.come_in(browser, attributes=ADA)
    here.write(lambda session: service.deactivate(session, session.merge(here.person())))
    assert browser.get("/settings/sessions").status_code == 303
    answer = here.come_in(attributes=ADA)
    assert refusal_of(here, answer) == "deactivated"
    assert "is still there" in answer.text


def test_roles_come_from_the_provider_only_when_mapped(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA | {"roles": ["admin", "moderator"]})
    assert here.person().roles == frozenset()


def test_mapped_roles_are_the_provider_s(door: Doors) -> None:
    here = door(saml_attributes={"roles": "rse-roles"})
    here.come_in(attributes=ADA | {"rse-roles": ["moderator", "unknown"]})
    assert here.person().roles == {"moderator"}
    here.come_in(attributes=ADA)
    assert here.person().roles == frozenset()
    assert [(one["before"], one["after"]) for one in here.audit("roles")] == [
        ([], ["moderator"]),
        (["moderator"], []),
    ]


def test_guest_of_the_provider_is_a_guest_here(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA | {"roles": ["guest"]})
    assert (here.person().kind, here.person().roles) == ("guest", {"guest"})


def test_wrong_mapping_stops_the_start(door: Doors) -> None:
    with pytest.raises(BadSettings, match="nothing"):
        door(saml_attributes={"nothing": "x"})
