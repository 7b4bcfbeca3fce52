"""Who may call SCIM, and what bad input gets: an answer in SCIM's own form, never a 5xx, and nothing half-written."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from rse.accounts.models import ApiToken, Person
from rse.core import db
from rse.core.model import decode_id
from rse.provisioning.scim_models import ScimUser, ScimWrite
from tests import factories
from tests.provisioning.scim import ENTERPRISE, PATCH, USER, Provider, make_token, owner, payload

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
CALLS = [
    ("GET", "/Users"), ("POST", "/Users"), ("GET", "/Users/1"), ("PUT", "/Users/1"), ("PATCH", "/Users/1"),
    ("DELETE", "/Users/1"), ("POST", "/Users/.search"), ("GET", "/Groups"), ("POST", "/Groups"), ("GET", "/Groups/1"),
    ("PUT", "/Groups/1"), ("PATCH", "/Groups/1"), ("DELETE", "/Groups/1"), ("POST", "/Groups/.search"),
    ("GET", "/ServiceProviderConfig"), ("GET", "/Schemas"), ("GET", "/ResourceTypes"), ("GET", "/Me"), ("POST", "/Bulk"),
    ("POST", "/.search"), ("GET", "/nowhere"), ("GET", f"/Schemas/{USER}"), ("GET", "/ResourceTypes/User"),
]  # fmt: skip


def refused(answer: Any, status: int) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/scim+json"), answer.data
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == str(status)
    assert answer.json["detail"]


def test_without_the_right_token_nobody_comes_in(
    app: Flask, browser_as: Callable[[str], factories.Client], cast: dict[str, int]
) -> None:
    app.test_client_class = factories.Client
    nobody = [app.test_client(), *(browser_as(name) for name in ("james", "amelie", "claire", "ines"))]
    made_up = Provider(app, "rse_made-up")
    others = [Provider(app, make_token(cast["ines"], scope=scope)) for scope in ("read", "write", "admin")]
    for method, path in CALLS:
        for browser in nobody:
            bare = browser.open(f"/scim/v2{path}", method=method, json={})
            refused(bare, 401)
            assert bare.headers["WWW-Authenticate"].startswith("Bearer")
        refused(made_up.ask(method, path, {}), 401)
        for other in others:
            refused(other.ask(method, path, {}), 403)
    assert db.db.session().scalar(select(func.count()).select_from(ScimWrite)) == 0


def test_a_scim_token_opens_nothing_else(app: Flask, cast: dict[str, int]) -> None:
    okta = Provider(app, make_token(cast["ines"]))
    for path in ("/api/v1/me", "/api/v1/people", "/api/v1/feed"):
        assert okta.browser.get(path, headers=okta.headers).status_code == 403
    assert okta.browser.get("/admin", headers=okta.headers).status_code == 303


def test_two_tokens_of_a_provider_are_good_at_once_until_one_is_ended(
    app: Flask, cast: dict[str, int]
) -> None:
    old = Provider(app, make_token(cast["ines"]))
    new = Provider(app, make_token(cast["ines"]))
    made = old.create()
    assert new.get(f"/Users/{made['id']}").status_code == 200
    first = db.db.session().scalars(select(ApiToken).order_by(ApiToken.id)).first()
    assert first
    assert (first.provider, first.used_at is not None) == ("okta", True)
    db.rollback()
    db.begin_write().delete(db.db.session().get_one(ApiToken, first.id))
    db.commit()
    refused(old.get(f"/Users/{made['id']}"), 401)
    assert new.get(f"/Users/{made['id']}").status_code == 200


BAD: list[tuple[str, str, Any, int, str | None]] = [
        ("POST", "/Users", "{", 400, "invalidSyntax"),
        ("POST", "/Users", "[]", 400, "invalidSyntax"),
        ("POST", "/Users", "null", 400, "invalidSyntax"),
        ("POST", "/Users", {}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER]}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": ""}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "  "}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "a\x00b"}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "x" * 300}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "x", "active": "perhaps"}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "x", "emails": "x@y.z"}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "x", "emails": [{"value": "no"}]}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": 7}, 400, "invalidValue"),
        ("POST", "/Groups", {}, 400, "invalidValue"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH]}, 400, "invalidSyntax"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": []}, 400, "invalidSyntax"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": [{"op": "burn"}]}, 400, "invalidValue"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": [{"op": "remove"}]}, 400, "noTarget"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": [{"op": "add", "path": "id", "value": "x"}]}, 400, "mutability"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "userName"}]}, 400, "mutability"),
        ("PATCH", "/Users/ID", {"schemas": [PATCH], "Operations": [{"op": "add", "path": "emails[", "value": 1}]}, 400, "invalidPath"),
        ("GET", "/Users?count=ten", None, 400, "invalidValue"),
        ("GET", "/Users?sortBy=unheard", None, 400, "invalidPath"),
        ("GET", "/Users?sortOrder=sideways&sortBy=title", None, 400, "invalidValue"),
        ("GET", "/Users?attributes=title&excludedAttributes=id", None, 400, "invalidValue"),
        ("GET", "/Users/not-an-id", None, 404, None),
        ("GET", "/Users/zzzzzzzzzzzzz", None, 404, None),
        ("GET", "/Groups/1", None, 404, None),
        ("GET", "/Schemas/unheard", None, 404, None),
        ("GET", "/Schemas?filter=id+pr", None, 403, None),
        ("DELETE", "/Users", None, 405, None),
        ("GET", "/Me", None, 501, None),
        ("POST", "/Bulk", {}, 501, None),
]  # fmt: skip


def test_bad_input_says_what_is_wrong(app: Flask) -> None:
    okta = Provider(app, make_token(owner(app)))
    made = okta.create()
    for method, path, body, status, kind in BAD:
        answer = okta.ask(method, path.replace("ID", made["id"]), body)
        refused(answer, status)
        assert (body, answer.json.get("scimType")) == (body, kind)
    assert okta.get(f"/Users/{made['id']}").json == made


def test_a_body_that_is_too_large_or_no_json_is_refused(app: Flask) -> None:
    okta = Provider(app, make_token(owner(app)))
    refused(okta.ask("POST", "/Users", b"x" * (9 * 1024 * 1024)), 413)
    refused(okta.ask("POST", "/Users", "<xml/>", Content_Type="text/xml"), 415)


def test_failed_writes_are_kept_for_the_administrator(app: Flask) -> None:
    okta = Provider(app, make_token(owner(app)))
    okta.ask("POST", "/Users", {"schemas": [USER]})
    (failed,) = db.db.session().scalars(select(ScimWrite).where(ScimWrite.failed)).all()
    assert (failed.provider, failed.action) == ("okta", "POST /Users")
    assert "userName" in failed.detail or "user_name" in failed.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "\x00", "a@b.c", "urn:x", "members"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["value", "type", "primary", "$ref", "a.b", "x[", ENTERPRISE]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PATHS = st.sampled_from(
    [
        None, "", "userName", "name", "name.givenName", "emails", 'emails[type eq "work"]', 'emails[type eq "work"].value',
        "emails[value gt 3]", "active", "members", 'members[value eq "x"]', "id", "meta", "schemas", ENTERPRISE,
        f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager.$ref", "displayName", "externalId",
        "groups", "x", "addresses", "timezone", "title.x", "[", 3,
    ]
)  # fmt: skip
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove", "x", None])}, optional={"path": PATHS, "value": JSON}
)
NAMES = st.sampled_from(
    [
        "userName",
        "name",
        "emails",
        "active",
        "externalId",
        "displayName",
        "members",
        "timezone",
        "userType",
        ENTERPRISE,
    ]
)


def test_no_message_breaks_the_service(app: Flask) -> None:
    okta = Provider(app, make_token(owner(app)))
    made = okta.create()
    group = okta.ask("POST", "/Groups", payload("okta_group_create")).json

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(OPERATION, max_size=3), st.dictionaries(NAMES, JSON, max_size=4))
    def holds(operations: list[Any], resource: dict[str, Any]) -> None:
        message = {"schemas": [PATCH], "Operations": operations}
        for method, path, body in (
            ("PATCH", f"/Users/{made['id']}", message),
            ("PATCH", f"/Groups/{group['id']}", message),
            ("PUT", f"/Users/{made['id']}", {"schemas": [USER], "userName": "kept@example.com", **resource}),
            ("POST", "/Groups", resource),
            ("POST", "/Users/.search", {"filter": resource.get("name"), "count": resource.get("emails")}),
        ):
            answer = okta.ask(method, path, body)
            assert answer.status_code < 500, (method, path, body, answer.json)
            assert answer.status_code < 400 or answer.json["schemas"] == [ERROR]

    holds()


def test_two_patches_at_once_are_both_kept(any_app: Flask) -> None:
    token = make_token(owner(any_app))
    okta = Provider(any_app, token)
    made = okta.create()
    operations = [
        {"op": "add", "path": "emails", "value": [{"type": f"t{n}", "value": f"t{n}@example.com"}]}
        for n in range(6)
    ]
    answers: list[int] = []

    def send(operation: dict[str, Any]) -> None:
        answers.append(Provider(any_app, token).patch(made["id"], operation).status_code)

    threads = [threading.Thread(target=send, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    now = okta.get(f"/Users/{made['id']}").json
    assert {email["type"] for email in now["emails"]} == {f"t{n}" for n in range(6)}
    db.rollback()
    row = db.db.session().get_one(ScimUser, decode_id(made["id"]))
    assert row.version == 1 + 6
    assert db.db.session().get_one(Person, row.person_id).email == "t0@example.com" or now["emails"]
