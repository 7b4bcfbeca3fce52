"""People by SCIM: made, found, changed, shut out and let in, in the messages that Okta and Entra send."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.accounts import service
from rse.accounts.models import AuditEntry, Person, Session
from rse.core import db
from rse.core.events import emit
from rse.core.model import decode_id
from rse.people.events import PersonChanged
from rse.people.models import Department, DepartmentMembership, Profile
from tests.factories import browser_of, make_person
from tests.provisioning.scim import ENTERPRISE, USER, Provider, make_token, owner, payload

MANAGER = f"{ENTERPRISE}:manager"


@pytest.fixture
def okta(any_app: Flask) -> Provider:
    return Provider(any_app, make_token(owner(any_app)))


def person(public_id: str) -> Person:
    db.rollback()
    found: Person = db.db.session().get_one(Person, decode_id(public_id))
    return found


def profile(public_id: str) -> Profile:
    db.rollback()
    found: Profile = db.db.session().get_one(Profile, decode_id(public_id))
    return found


def test_okta_looks_creates_reads_and_finds_again(okta: Provider) -> None:
    assert okta.find('userName eq "mia.keller@example.com"') == []
    answer = okta.ask("POST", "/Users", payload("okta_create"))
    assert answer.status_code == 201
    assert answer.mimetype == "application/scim+json"
    made = answer.json
    location = f"http://localhost/scim/v2/Users/{made['id']}"
    assert answer.headers["Location"] == made["meta"]["location"] == location
    assert answer.headers["ETag"] == made["meta"]["version"]
    assert "password" not in made
    assert "groups" not in made
    assert okta.find('userName eq "MIA.Keller@example.com"')[0]["id"] == made["id"]
    assert okta.get(f"/Users/{made['id']}").json == made
    who = person(made["id"])
    assert (who.uid, who.email, who.site) == ("mia.keller", "mia.keller@example.com", "Lyon")
    assert (who.display_name, who.title, who.locale, who.kind) == ("Mia Keller", "Buyer", "fr", "employee")
    department = profile(made["id"]).department_id
    assert db.db.session().get_one(Department, department).path == "Atelier / Achats"


def test_what_scim_brings_is_locked_on_the_profile_and_says_so(any_app: Flask, okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    locked = profile(made["id"]).locked
    assert {"title", "department", "phone", "site", "family_name"} <= locked.keys()
    assert set(locked.values()) == {"scim"}
    refused = browser_of(any_app, decode_id(made["id"])).patch("/api/v1/me", json={"title": "Queen"})
    assert refused.status_code == 422
    assert "title" in refused.json["errors"]


def test_okta_puts_and_what_it_leaves_out_goes(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    put = okta.ask("PUT", f"/Users/{made['id']}", payload("okta_profile_put"))
    assert put.status_code == 200
    assert "title" not in put.json
    assert ENTERPRISE not in put.json
    who = person(made["id"])
    assert (who.family_name, who.email, who.title) == ("Keller-Roux", "mia.roux@example.com", "")
    assert profile(made["id"]).department_id is None
    assert "title" not in profile(made["id"]).locked


@pytest.mark.parametrize(
    ("off", "on"), [("okta_deactivate", "okta_reactivate"), ("entra_disable", "entra_enable")]
)
def test_deactivation_ends_sessions_keeps_the_person_and_is_undone(
    any_app: Flask, okta: Provider, off: str, on: str
) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    browser = browser_of(any_app, decode_id(made["id"]))
    assert browser.get("/api/v1/me").status_code == 200
    assert okta.ask("PATCH", f"/Users/{made['id']}", payload(off)).json["active"] is False
    assert browser.get("/api/v1/me").status_code == 401
    assert person(made["id"]).status == "deactivated"
    assert profile(made["id"]).end_date is not None
    assert db.db.session().scalar(select(func.count()).select_from(Session)) == 0
    assert okta.ask("PATCH", f"/Users/{made['id']}", payload(on)).json["active"] is True
    assert person(made["id"]).status == "active"
    assert profile(made["id"]).end_date is None
    held = select(DepartmentMembership).where(DepartmentMembership.person_id == decode_id(made["id"]))
    assert [row.to_date for row in db.db.session().scalars(held)].count(None) == 1


def test_whom_an_administrator_shut_out_scim_does_not_let_in(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    session = db.begin_write()
    service.deactivate(session, session.get_one(Person, decode_id(made["id"])))
    db.commit()
    assert okta.get(f"/Users/{made['id']}").json["active"] is False
    assert okta.ask("PATCH", f"/Users/{made['id']}", payload("okta_reactivate")).json["active"] is False
    assert person(made["id"]).status == "deactivated"


def test_entra_creates_and_updates_by_value_paths(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("entra_create")).json
    who = person(made["id"])
    assert (who.site, who.locale, who.email) == ("Nantes", "en", "noor.haddad@example.com")
    changed = okta.ask("PATCH", f"/Users/{made['id']}", payload("entra_update"))
    assert changed.status_code == 200, changed.json
    addresses = {e["type"]: e["value"] for e in changed.json["emails"]}
    assert addresses == {"work": "noor@example.com", "home": "noor@home.example"}
    assert "title" not in changed.json
    assert "unheardOf" not in changed.json
    assert changed.json[ENTERPRISE]["department"] == "Transport"
    who = person(made["id"])
    assert (who.family_name, who.email, who.title) == ("Haddad-Petit", "noor@example.com", "")


def test_entra_updates_without_a_path_by_dotted_keys(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("entra_create")).json
    changed = okta.ask("PATCH", f"/Users/{made['id']}", payload("entra_update_without_path")).json
    assert changed["displayName"] == "Noor H."
    assert changed["name"]["givenName"] == "Nour"
    assert changed["emails"][0]["value"] == "nour@example.com"
    assert changed[ENTERPRISE] == {"department": "Transport", "employeeNumber": "90211"}


FORMS: list[dict[str, Any]] = [
    {"op": "Add", "path": MANAGER, "value": "ID"},
    {"op": "add", "path": MANAGER, "value": {"value": "ID"}},
    {"op": "Replace", "path": MANAGER, "value": [{"value": "ID"}]},
    {"op": "replace", "path": f"{MANAGER}.value", "value": "ID"},
    {"op": "replace", "value": {MANAGER: "ID"}},
    {"op": "replace", "value": {ENTERPRISE: {"manager": "ID"}}},
    {"op": "add", "path": ENTERPRISE, "value": {"manager": {"value": "ID"}}},
    {"op": "add", "path": ENTERPRISE, "value": {"manager": "ID"}},
]


def named(value: Any, public_id: str) -> Any:
    if isinstance(value, dict):
        return {key: named(item, public_id) for key, item in value.items()}
    if isinstance(value, list):
        return [named(item, public_id) for item in value]
    return public_id if value == "ID" else value


def test_a_manager_in_every_form(okta: Provider) -> None:
    boss, below = okta.create("boss@example.com"), okta.create()
    for operation in FORMS:
        changed = okta.patch(below["id"], named(operation, boss["id"]))
        assert changed.status_code == 200, changed.json
        assert changed.json[ENTERPRISE]["manager"]["value"] == boss["id"]
        assert profile(below["id"]).manager_id == decode_id(boss["id"])
        assert person(boss["id"]).is_manager
        assert [u["id"] for u in okta.find(f'{MANAGER}.value eq "{boss["id"]}"')] == [below["id"]]
        gone = okta.patch(below["id"], {"op": "Remove", "path": MANAGER, "value": boss["id"]})
        assert gone.status_code == 200
        assert ENTERPRISE not in gone.json
        assert profile(below["id"]).manager_id is None
        assert not person(boss["id"]).is_manager


def test_a_manager_who_comes_later_is_tied_then(okta: Provider) -> None:
    below = okta.create(**{ENTERPRISE: {"manager": {"value": "boss@example.com"}}})
    assert profile(below["id"]).manager_id is None
    boss = okta.create("boss@example.com")
    assert profile(below["id"]).manager_id == decode_id(boss["id"])
    assert okta.get(f"/Users/{below['id']}").json[ENTERPRISE]["manager"]["value"] == boss["id"]


def test_a_circle_of_managers_is_not_taken(okta: Provider) -> None:
    one, other = okta.create("one@example.com"), okta.create("other@example.com")
    assert okta.patch(one["id"], {"op": "add", "path": MANAGER, "value": other["id"]}).status_code == 200
    assert okta.patch(other["id"], {"op": "add", "path": MANAGER, "value": one["id"]}).status_code == 200
    assert profile(other["id"]).manager_id is None


def test_deleted_is_404_and_the_same_name_comes_back_as_the_same_person(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    assert okta.ask("DELETE", f"/Users/{made['id']}").status_code == 204
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", payload("okta_deactivate"))):
        assert okta.ask(method, f"/Users/{made['id']}", body).status_code == 404
    assert okta.find("userName pr and externalId pr") == []
    assert person(made["id"]).status == "deactivated"
    again = okta.ask("POST", "/Users", payload("okta_create"))
    assert again.status_code == 201
    assert again.json["id"] == made["id"]
    assert person(made["id"]).status == "active"


def test_names_addresses_and_external_ids_are_one_persons(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    other = okta.create("other@example.com")
    address = [{"value": "mia.keller@example.com"}]
    attempts = [
        okta.ask("POST", "/Users", payload("okta_create")),
        okta.ask("POST", "/Users", {"schemas": [USER], "userName": "MIA.KELLER@EXAMPLE.COM"}),
        okta.ask("POST", "/Users", {"schemas": [USER], "userName": "x", "externalId": "00u7mia"}),
        okta.ask("POST", "/Users", {"schemas": [USER], "userName": "y", "emails": address}),
        okta.patch(other["id"], {"op": "replace", "path": "userName", "value": made["userName"]}),
    ]
    assert [(a.status_code, a.json["scimType"]) for a in attempts] == [(409, "uniqueness")] * len(attempts)
    assert okta.get(f"/Users/{other['id']}").json["userName"] == "other@example.com"


def test_people_who_were_here_before_are_found_and_taken_over(any_app: Flask, okta: Provider) -> None:
    session = db.begin_write()
    known = make_person(session, "amelie.rousseau", title="Engineer").id
    emit(session, PersonChanged(known))
    db.commit()
    (found,) = okta.find('userName eq "amelie.rousseau@demo.example"')
    assert decode_id(found["id"]) == known
    assert found["title"] == "Engineer"
    assert "externalId" not in found
    answer = okta.patch(found["id"], {"op": "add", "path": "externalId", "value": "00u1"})
    assert answer.json["externalId"] == "00u1"
    admin = db.db.session().scalar(select(Person.id).where(Person.uid == "ines.lambert"))
    assert admin
    other = Provider(any_app, make_token(admin, provider="entra"))
    assert other.find("userName pr and title pr") == []
    assert other.get(f"/Users/{found['id']}").status_code == 404


def test_a_patch_is_taken_whole_or_not_at_all(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    title = {"op": "replace", "path": "title", "value": "Changed"}
    refused = okta.patch(made["id"], title, {"op": "replace", "path": "emails[type eq", "value": "x"})
    assert refused.status_code == 400
    wrong = [{"value": "not an address", "type": "work", "primary": True}]
    refused = okta.patch(made["id"], title, {"op": "replace", "path": "emails", "value": wrong})
    assert (refused.status_code, refused.json["scimType"]) == (400, "invalidValue")
    assert okta.get(f"/Users/{made['id']}").json == made


def test_versions_guard_against_lost_changes(okta: Provider) -> None:
    made = okta.create()
    tag = made["meta"]["version"]
    assert okta.get(f"/Users/{made['id']}", If_None_Match=tag).status_code == 304
    title = {"op": "replace", "path": "title", "value": "One"}
    changed = okta.patch(made["id"], title, If_Match=tag)
    assert changed.status_code == 200
    assert changed.json["meta"]["version"] != tag
    late = okta.patch(made["id"], {**title, "value": "Two"}, If_Match=tag)
    assert late.status_code == 412
    assert late.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert okta.get(f"/Users/{made['id']}", If_None_Match=tag).json["title"] == "One"
    same = okta.patch(made["id"], title)
    assert same.json["meta"]["version"] == changed.json["meta"]["version"]


def test_a_guest_of_entra_is_a_guest_here(okta: Provider) -> None:
    made = okta.create("visitor@partner.example", userType="Guest")
    assert person(made["id"]).kind == "guest"
    assert person(made["id"]).roles == {"guest"}


def test_every_write_is_in_the_audit_log(okta: Provider) -> None:
    made = okta.ask("POST", "/Users", payload("okta_create")).json
    okta.ask("PATCH", f"/Users/{made['id']}", payload("okta_deactivate"))
    okta.ask("DELETE", f"/Users/{made['id']}")
    db.rollback()
    written = select(AuditEntry.action).where(AuditEntry.action.startswith("scim.")).order_by(AuditEntry.id)
    assert db.db.session().scalars(written).all() == [
        "scim.user.created",
        "scim.user.patched",
        "scim.user.deleted",
    ]
