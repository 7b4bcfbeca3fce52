"""IT connects an OpenID provider by its issuer, tests it and switches it on; the secret is never shown again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import oidc_wire
from rse.accounts.models import AuditEntry, Person, Provider
from rse.accounts.sealing import unseal
from rse.core import db
from tests import factories
from tests.accounts import openid
from tests.accounts.openid import CLIENT, SECRET
from tests.conftest import SECRET as KEY

Browser = Callable[[str], Any]


@pytest.fixture
def provider() -> Iterator[openid.Provider]:
    oidc_wire.keys.kept.clear()
    with openid.serve() as found:
        yield found


def form(provider: openid.Provider, **other: str) -> dict[str, str]:
    return {
        "name": "Corp", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "scopes": "groups",
    } | other  # fmt: skip


def test_connect_test_switch_on_and_come_in(
    app: Flask, browser_as: Browser, provider: openid.Provider
) -> None:
    admin = browser_as("ines")
    assert "/admin/sso/new/openid" in admin.get("/admin/sso").text
    assert "http://localhost/oidc/callback" in admin.get("/admin/sso/new/openid").text
    made = admin.post("/admin/sso/new/openid", data=form(provider))
    assert (made.status_code, made.headers["Location"]) == (303, "/admin/sso/corp")
    row = db.session().scalars(select(Provider)).one()
    assert (row.enabled, unseal(row.client_secret, KEY)) == (False, SECRET)
    shown = admin.get("/admin/sso/corp").text
    assert CLIENT in shown
    people = db.session().scalars(select(Person.id)).all()
    db.rollback()

    begun = admin.get("/admin/sso/corp/test")
    answer = provider.authorize(begun.headers["Location"])
    back = admin.get("/oidc/callback", query_string=answer)
    assert back.headers["Location"].startswith("/admin/sso/report?")
    report = admin.get(back.headers["Location"]).text
    assert "ada@x.example" in report
    assert "realm_access.roles" in report
    db.rollback()
    assert db.session().scalars(select(Person.id)).all() == people, "a test makes nobody"

    provider.bend = lambda claims: claims.update(aud="other")
    answer = provider.authorize(admin.get("/admin/sso/corp/test").headers["Location"])
    failed = admin.get(admin.get("/oidc/callback", query_string=answer).headers["Location"]).text
    assert "audience" in failed
    provider.bend = lambda claims: None

    assert admin.post("/admin/sso/corp/switch", data={"on": "1"}).status_code == 303
    visitor = factories.Client(app, app.response_class, use_cookies=True)
    begun = visitor.get("/oidc/login?idp=corp&next=/people")
    arrived = visitor.get("/oidc/callback", query_string=provider.authorize(begun.headers["Location"]))
    assert arrived.headers["Location"] == "/people"
    texts = [shown, report, failed, *db.session().scalars(select(AuditEntry.details))]
    assert not [text for text in texts if SECRET in text]


def test_other_settings_keep_the_scopes_and_the_client_can_change(
    browser_as: Browser, provider: openid.Provider
) -> None:
    admin = browser_as("ines")
    admin.post("/admin/sso/new/openid", data=form(provider))
    assert (
        admin.post("/admin/sso/corp", data={"name": "Corporate", "domains": "x.example"}).status_code == 303
    )
    row = db.session().scalars(select(Provider)).one()
    assert (row.name, row.options["scopes"], row.domains) == ("Corporate", ["groups"], ["x.example"])
    db.rollback()
    kept = admin.post("/admin/sso/corp/client", data={"client_id": "new", "client_secret": "", "scopes": ""})
    assert kept.status_code == 303
    row = db.session().scalars(select(Provider)).one()
    assert (row.client_id, row.options["scopes"], unseal(row.client_secret, KEY)) == ("new", [], SECRET)
    db.rollback()
    assert admin.post("/admin/sso/corp/client", data={"client_id": " "}).status_code == 422
    assert admin.post("/admin/sso/corp/metadata", data={"refresh": "1"}).status_code == 303


@pytest.mark.parametrize(
    "bad",
    [
        {"issuer": "https://localhost:1/nowhere"}, {"issuer": "nonsense"}, {"issuer": "file:///etc/passwd"},
        {"client_id": ""}, {"client_secret": "x" * 1001},
    ],
)  # fmt: skip
def test_what_cannot_be_connected_is_said(
    browser_as: Browser, provider: openid.Provider, bad: dict[str, str]
) -> None:
    answer = browser_as("ines").post("/admin/sso/new/openid", data=form(provider, **bad))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert SECRET not in answer.text
    assert db.session().scalars(select(Provider)).all() == []


def test_twice_is_refused(browser_as: Browser, provider: openid.Provider) -> None:
    admin = browser_as("ines")
    admin.post("/admin/sso/new/openid", data=form(provider))
    assert admin.post("/admin/sso/new/openid", data=form(provider)).status_code == 422


@pytest.mark.parametrize("who", ["amelie", "thomas", "james"])
def test_nobody_else_sees_any_of_it(browser_as: Browser, provider: openid.Provider, who: str) -> None:
    browser_as("ines").post("/admin/sso/new/openid", data=form(provider))
    other = browser_as(who)
    assert other.get("/admin/sso/new/openid").status_code == 404
    assert other.post("/admin/sso/new/openid", data=form(provider)).status_code == 404
    assert other.post("/admin/sso/corp/client", data={"client_id": "x"}).status_code == 404
