"""Groups by SCIM: their members in the messages of Okta and Entra, and what a mapping gives and takes."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import group_token
from rse.core.model import decode_id
from rse.groups import service as groups
from rse.groups.models import Group, Membership
from rse.people.departments import Tree
from rse.people.models import Profile
from rse.provisioning import scim_mapping
from rse.provisioning.scim_models import ScimGroup
from tests.factories import viewer_of
from tests.provisioning.scim import ENTERPRISE, GROUP, Provider, make_token, owner, payload


@pytest.fixture
def okta(any_app: Flask) -> Provider:
    return Provider(any_app, make_token(owner(any_app)))


@pytest.fixture
def people(okta: Provider) -> dict[str, str]:
    return {"ONE": okta.create("one@example.com")["id"], "TWO": okta.create("two@example.com")["id"]}


def made(okta: Provider, name: str = "okta_group_create") -> dict[str, Any]:
    answer = okta.ask("POST", "/Groups", payload(name))
    assert answer.status_code == 201, answer.json
    group: dict[str, Any] = answer.json
    return group


def send(okta: Provider, group: dict[str, Any], name: str, people: dict[str, str]) -> Any:
    text = json.dumps(payload(name))
    for word, public_id in people.items():
        text = text.replace(word, public_id)
    answer = okta.ask("PATCH", f"/Groups/{group['id']}", text)
    assert answer.status_code == 200, answer.json
    return answer.json


def ids(group: dict[str, Any]) -> set[str]:
    return {member["value"] for member in group.get("members", [])}


def network_group(name: str = "Planning", **more: str) -> int:
    db.rollback()
    group_id = groups.insert(db.begin_write(), name=name, **more).id
    db.commit()
    return group_id


def map_to(group: dict[str, Any], kind: str, target: int | None) -> None:
    db.rollback()
    session = db.begin_write()
    scim_mapping.map_to(session, session.get_one(ScimGroup, decode_id(group["id"])), kind, target, 1)
    db.commit()


def members(group_id: int) -> set[int]:
    db.rollback()
    session: Session = db.db.session()
    active = select(Membership.person_id).where(Membership.group_id == group_id, Membership.state == "active")
    return set(session.scalars(active))


def test_members_come_and_go_in_every_form(okta: Provider, people: dict[str, str]) -> None:
    group = made(okta, "entra_group_create")
    one, two = people["ONE"], people["TWO"]
    assert ids(send(okta, group, "entra_group_add", people)) == {one, two}
    assert ids(send(okta, group, "entra_group_remove", people)) == {two}
    send(okta, group, "entra_group_add", people)
    assert ids(send(okta, group, "entra_group_remove_by_filter", people)) == {two}
    send(okta, group, "entra_group_add", people)
    assert ids(send(okta, group, "okta_group_replace", people)) == {two}
    put = okta.ask("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP], "displayName": "Planners"})
    assert put.json["displayName"] == "Planners"
    assert ids(put.json) == set()
    send(okta, group, "entra_group_add", people)
    assert ids(send(okta, group, "okta_group_change", people)) == {two}
    assert okta.get(f"/Users/{two}").json["groups"][0]["value"] == group["id"]
    assert "members" not in okta.get(f"/Groups/{group['id']}?excludedAttributes=members").json
    assert send(okta, group, "okta_group_rename", people)["displayName"] == "Planners"


def test_groups_are_found_by_name_external_id_and_member(okta: Provider, people: dict[str, str]) -> None:
    group = made(okta, "entra_group_create")
    send(okta, group, "entra_group_add", people)
    made(okta, "okta_group_create")
    for text, found in (
        ('displayName eq "SHIFT planners"', 2),
        ('externalId eq "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"', 1),
        (f'members.value eq "{people["ONE"]}"', 1),
        (f'members[value eq "{people["ONE"]}"] and displayName sw "shift"', 1),
        ("members pr", 1),
        ('not (displayName co "plan")', 0),
    ):
        answer = okta.browser.get("/scim/v2/Groups", query_string={"filter": text}, headers=okta.headers)
        assert (text, answer.json["totalResults"]) == (text, found)


def test_nothing_is_given_until_an_administrator_maps_the_group(
    okta: Provider, people: dict[str, str]
) -> None:
    target, group = network_group(visibility="closed"), made(okta)
    send(okta, group, "entra_group_add", people)
    assert members(target) == set()
    map_to(group, "group", target)
    assert members(target) == {decode_id(p) for p in people.values()}
    db.rollback()
    assert db.db.session().get_one(Group, target).member_count == 2
    assert viewer_of(decode_id(people["ONE"])).holds(group_token(target))
    send(okta, group, "entra_group_remove", people)
    assert members(target) == {decode_id(people["TWO"])}


def test_unmapping_takes_only_what_the_mapping_gave(okta: Provider, people: dict[str, str]) -> None:
    target, group = network_group(), made(okta)
    db.rollback()
    session = db.begin_write()
    groups.enter(session, session.get_one(Group, target), decode_id(people["ONE"]))
    db.commit()
    send(okta, group, "entra_group_add", people)
    map_to(group, "group", target)
    map_to(group, "", None)
    assert members(target) == {decode_id(people["ONE"])}


def test_what_two_groups_give_stays_while_one_of_them_gives_it(
    okta: Provider, people: dict[str, str]
) -> None:
    target, first, second = network_group(), made(okta), made(okta)
    for group in (first, second):
        send(okta, group, "entra_group_add", people)
        map_to(group, "group", target)
    assert okta.ask("DELETE", f"/Groups/{first['id']}").status_code == 204
    assert len(members(target)) == 2
    assert okta.ask("DELETE", f"/Groups/{second['id']}").status_code == 204
    assert members(target) == set()


def test_a_group_may_stand_for_a_department(okta: Provider, people: dict[str, str]) -> None:
    session = db.begin_write()
    department = Tree(session).find_or_add("Atelier / Planning")
    db.commit()
    named = okta.patch(people["TWO"], {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Sales"})
    assert named.status_code == 200
    group = made(okta)
    send(okta, group, "entra_group_add", people)
    map_to(group, "department", department)
    profile = db.db.session().get_one(Profile, decode_id(people["ONE"]))
    assert profile.department_id == department
    assert profile.locked["department"] == "scim"
    assert db.db.session().get_one(Profile, decode_id(people["TWO"])).department_id != department
    send(okta, group, "entra_group_remove", people)
    db.rollback()
    assert db.db.session().get_one(Profile, decode_id(people["ONE"])).department_id is None


def test_a_message_with_an_unknown_member_changes_nothing(okta: Provider, people: dict[str, str]) -> None:
    group = made(okta)
    message = payload("entra_group_add")
    message["Operations"][0]["value"] = [{"value": people["ONE"]}, {"value": "nobody"}]
    answer = okta.ask("PATCH", f"/Groups/{group['id']}", message)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert ids(okta.get(f"/Groups/{group['id']}").json) == set()
