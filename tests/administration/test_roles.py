"""Roles are given and taken on their page, noted, and never leave nobody to administer."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import keepers, service
from rse.accounts.attributes import Identity
from rse.accounts.grants import Rules
from rse.accounts.models import AuditEntry, Person
from rse.core import db
from rse.core.model import encode_id
from rse.core.policy import Refused
from tests import factories

Browsers = Callable[[str], Any]


def roles_of(person_id: int) -> set[str]:
    db.rollback()
    return set(db.session().scalar(select(Person.roles).where(Person.id == person_id)) or ())


def test_give_and_take(browser_as: Browsers, cast: dict[str, int]) -> None:
    ines = browser_as("ines")
    assert ines.post("/admin/roles", data={"person": "karim.benali", "role": "hr"}).status_code == 303
    assert roles_of(cast["karim"]) == {"hr"}
    assert ines.post(f"/admin/roles/hr/{encode_id(cast['karim'])}/take").status_code == 303
    assert roles_of(cast["karim"]) == set()
    query = select(AuditEntry).where(AuditEntry.action == "roles").order_by(AuditEntry.id)
    given, taken = db.session().scalars(query).all()
    assert (given.actor_id, given.target) == (cast["ines"], f"person:{cast['karim']}")
    assert given.details == '{"after": ["hr"], "before": []}'
    assert taken.details == '{"after": [], "before": ["hr"]}'


def test_members_and_guests_are_counted_by_their_account(browser_as: Browsers, cast: dict[str, int]) -> None:
    html = browser_as("ines").get("/admin/roles").text
    counts = [
        html.split(f'id="r-{role}"', maxsplit=1)[1].partition("</div>")[0] for role in ("member", "guest")
    ]
    assert ["6 personnes" in counts[0], "1 personne" in counts[1]] == [True, True]


@pytest.mark.parametrize(
    "data", [{"person": "nobody", "role": "hr"}, {"person": "karim.benali", "role": "king"}]
)
def test_wrong_values_are_refused(browser_as: Browsers, cast: dict[str, int], data: dict[str, str]) -> None:
    assert browser_as("ines").post("/admin/roles", data=data).status_code == 422
    assert roles_of(cast["karim"]) == set()


def test_page_of_a_person_saves_all_roles_at_once(browser_as: Browsers, cast: dict[str, int]) -> None:
    path = f"/admin/people/{encode_id(cast['thomas'])}/roles"
    browser_as("ines").post(path, data={"roles": ["moderator", "dpo", "nonsense"]})
    assert roles_of(cast["thomas"]) == {"moderator", "dpo"}


def test_last_administrator_stays_one_by_every_way(
    browser_as: Browsers, cast: dict[str, int], app: Flask
) -> None:
    ines, own = browser_as("ines"), encode_id(cast["ines"])
    answer = ines.post(f"/admin/roles/admin/{own}/take")
    assert answer.status_code == 403
    assert "dernier administrateur" in answer.text
    assert ines.post(f"/admin/people/{own}/roles", data={}).status_code == 403
    assert ines.post(f"/admin/people/{own}/deactivate").status_code == 403
    for command in (("admin", "revoke", "ines.lambert", "admin"), ("person", "deactivate", "ines.lambert")):
        done = app.test_cli_runner().invoke(args=command)
        assert done.exit_code == 1
        assert "Inès Lambert" in done.output
    db.rollback()
    session = db.begin_write()
    with pytest.raises(Refused):
        service.deactivate(session, session.get_one(Person, cast["ines"]))  # as SCIM and the directory do
    db.rollback()
    assert roles_of(cast["ines"]) == {"admin"}
    ines.post("/admin/roles", data={"person": "karim.benali", "role": "admin"})
    assert ines.post(f"/admin/roles/admin/{own}/take").status_code == 303
    assert roles_of(cast["ines"]) == set()


def test_a_mapping_cannot_take_it_either(any_app: Flask) -> None:
    session = db.begin_write()
    ines = factories.make_cast(session)["ines"]
    ines.idp, ines.name_id = "https://idp", "ines"
    session.flush()
    assert keepers.is_last(session, ines)
    identity = Identity("https://idp", "ines", roles=("hr",))
    rules = Rules(roles=frozenset({"admin", "hr"}), mode="full")
    person = service.sign_in(session, identity, rules)
    assert person.roles == {"admin", "hr"}


def test_a_deactivated_administrator_does_not_count(any_app: Flask) -> None:
    session = db.begin_write()
    cast = factories.make_cast(session)
    cast["karim"].roles, cast["karim"].status = frozenset({"admin"}), "deactivated"
    session.flush()
    assert keepers.is_last(session, cast["ines"])
    cast["karim"].status = "active"
    session.flush()
    assert not keepers.is_last(session, cast["ines"])
