"""Department, manager and site that the identity provider sends are on the profile after sign-in, and locked."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from rse.people.models import Department, Profile
from tests import factories
from tests.accounts.steps import Door

Doors = Callable[..., Door]
ADA = {
    "uid": ["ada"],
    "mail": ["ada@example.org"],
    "givenName": ["Ada"],
    "sn": ["Byron"],
    "title": ["Analyst"],
}


def profile(here: Door) -> tuple[Profile, str]:
    """Give the profile of who came in, and the path of their department."""
    (found,) = here.rows(select(Profile).where(Profile.person_id == here.person().id))
    path = here.rows(select(Department.path).where(Department.id == found.department_id))
    return found, next(iter(path), "")


def test_first_sign_in_fills_the_profile(door: Doors) -> None:
    here = door()
    manager = here.write(lambda session: factories.make_person(session, "grace.hopper").id)
    sent: dict[str, Any] = {
        "department": ["Group / Engines / Analysis"],
        "manager": ["uid=grace.hopper,ou=People,dc=example"],
        "l": ["Lyon"],
        "telephoneNumber": ["+33 4 00"],
    }
    here.come_in(attributes=ADA | sent)
    found, path = profile(here)
    assert (path, found.manager_id, found.phone) == ("Group / Engines / Analysis", manager, "+33 4 00")
    assert here.person().site == "Lyon"
    assert {"department", "manager", "site", "title"} <= set(found.locked)
    assert set(found.locked.values()) == {"saml"}


def test_later_sign_in_moves_the_person_and_keeps_what_is_not_sent(door: Doors) -> None:
    here = door()
    here.come_in(attributes=ADA | {"department": ["Group / Engines"], "telephoneNumber": ["+33 4 00"]})
    here.come_in(attributes=ADA | {"department": ["Group / Accounts"]})
    found, path = profile(here)
    assert (path, found.phone) == ("Group / Accounts", "+33 4 00")


def test_unknown_manager_is_left_out_and_stops_nobody(door: Doors) -> None:
    here = door()
    assert here.come_in(attributes=ADA | {"manager": ["nobody"]}).status_code == 303
    assert profile(here)[0].manager_id is None
