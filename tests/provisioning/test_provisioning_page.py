"""The administration page of provisioning: tokens that are shown once, and the mapping of groups."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import ApiToken, AuditEntry, Person
from rse.core import clock, db, retention
from rse.core.model import decode_id, encode_id
from rse.groups import service as groups
from rse.groups.models import Membership
from rse.provisioning import scim_overview
from rse.provisioning.scim_keys import fold
from rse.provisioning.scim_models import ScimGroup, ScimWrite
from tests import factories
from tests.provisioning.scim import USER, Provider, payload

Browsers = Callable[[str], factories.Client]
PAGE = "/admin/provisioning"


def token_of(page: str) -> str:
    found = re.search(r'id="new-token">(rse_[^<]+)<', page)
    assert found
    return found[1]


def connected(app: Flask, admin: factories.Client) -> Provider:
    made = admin.post(f"{PAGE}/tokens", data={"provider": "Okta", "days": "90"})
    assert made.status_code == 200
    return Provider(app, token_of(made.text))


def test_only_administrators_know_the_page(browser_as: Browsers) -> None:
    for name in ("james", "amelie", "claire", "thomas"):
        browser = browser_as(name)
        assert browser.get(PAGE).status_code == 404
        assert browser.post(f"{PAGE}/tokens", data={"provider": "okta"}).status_code == 404
        assert browser.post(f"{PAGE}/tokens/1/revoke").status_code == 404
        assert browser.post(f"{PAGE}/groups/1", data={"kind": ""}).status_code == 404
    assert browser_as("ines").get(PAGE).status_code == 200


def test_a_token_is_shown_once_replaced_and_ended(app: Flask, browser_as: Browsers) -> None:
    ines = browser_as("ines")
    first = connected(app, ines)
    assert first.create()["userName"] == "mia.keller@example.com"
    assert "rse_" not in ines.get(PAGE).text
    second = connected(app, ines)
    third = ines.post(f"{PAGE}/tokens", data={"provider": "okta"})
    assert third.status_code == 422
    db.rollback()
    tokens = (
        db.db.session().scalars(select(ApiToken).where(ApiToken.scope == "scim").order_by(ApiToken.id)).all()
    )
    assert [one.provider for one in tokens] == ["okta", "okta"]
    owner = db.db.session().get_one(Person, tokens[0].person_id)
    assert (owner.uid, owner.kind) == ("scim.okta", "service")
    assert ines.post(f"{PAGE}/tokens/{tokens[0].id}/revoke").status_code == 303
    assert (first.get("/Users").status_code, second.get("/Users").status_code) == (401, 200)
    assert ines.post(f"{PAGE}/tokens/{tokens[0].id}/revoke").status_code == 404
    db.rollback()
    actions = set(db.db.session().scalars(select(AuditEntry.action)))
    assert {"token.create", "token.revoke", "scim.user.created"} <= actions


def test_wrong_names_and_days_are_refused(browser_as: Browsers) -> None:
    ines = browser_as("ines")
    for data in (
        {"provider": ""},
        {"provider": "a b"},
        {"provider": "x", "days": "0"},
        {"provider": "x", "days": "²"},
    ):
        assert ines.post(f"{PAGE}/tokens", data=data).status_code == 422, data


def test_a_group_is_mapped_by_name_and_unmapped(app: Flask, browser_as: Browsers) -> None:
    ines = browser_as("ines")
    okta = connected(app, ines)
    made = okta.create()
    group = okta.ask(
        "POST", "/Groups", payload("okta_group_create") | {"members": [{"value": made["id"]}]}
    ).json
    db.rollback()
    slug = groups.insert(db.begin_write(), name="Équipe planning", visibility="closed").slug
    db.commit()
    page = ines.get(PAGE).text
    assert "Shift planners" in page
    path = f"{PAGE}/groups/{group['id']}"
    assert ines.post(path, data={"kind": "group", "target": "nowhere"}).status_code == 422
    assert ines.post(path, data={"kind": "rocket", "target": slug}).status_code == 422
    assert ines.post(path, data={"kind": "group", "target": "equipe PLANNING"}).status_code == 303
    db.rollback()
    held = select(Membership.person_id).where(Membership.person_id == decode_id(made["id"]))
    assert db.db.session().scalars(held).all() == [decode_id(made["id"])]
    assert f'value="{slug}"' in ines.get(PAGE).text
    assert ines.post(path, data={"kind": ""}).status_code == 303
    db.rollback()
    assert db.db.session().scalars(held).all() == []
    assert db.db.session().scalars(select(ScimGroup.target_kind)).all() == [""]
    assert ines.post(f"{PAGE}/groups/{encode_id(99)}", data={"kind": ""}).status_code == 404


def test_all_groups_of_a_large_provider_are_reached(
    any_app: Flask, browser_as: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scim_overview, "AT_ONCE", 3)
    ines = browser_as("ines")
    session, at = db.begin_write(), clock.now()
    names = [f"Équipe {letter}" for letter in "hgfedcba"]
    for n, name in enumerate(names):
        values = {"id": n + 1, "public_id": encode_id(n + 1), "name": name, "display_name": fold(name)}
        moments = {"created_at": at, "modified_at": at}
        session.add(ScimGroup(provider="okta", target_kind="group" if n == 7 else "", **values, **moments))
    db.commit()
    path, found = PAGE, []
    while path:
        page = ines.get(path).text
        found += re.findall(r"<strong>(Équipe \w)</strong>", page)
        more = re.search(r'href="([^"]+)" hx-get', page)
        path = html.unescape(more[1]) if more else ""
    assert found == [*sorted(names[:7]), "Équipe a"]  # what has a mapping comes last
    assert re.findall(r"<strong>(Équipe \w)</strong>", ines.get(f"{PAGE}?q=PE+C").text) == ["Équipe c"]
    assert "Aucun groupe d’un fournisseur" in ines.get(f"{PAGE}?q=zz").text
    wrong = ines.post(f"{PAGE}/groups/{encode_id(1)}", data={"kind": "group", "target": "nowhere", "q": "zz"})
    assert wrong.status_code == 422
    assert re.findall(r"<strong>(Équipe \w)</strong>", wrong.text) == ["Équipe h"]


def test_the_page_says_what_was_done_and_what_failed(app: Flask, browser_as: Browsers) -> None:
    ines = browser_as("ines")
    okta = connected(app, ines)
    okta.create(displayName="Mia Keller")
    okta.ask("POST", "/Users", {"schemas": [USER], "userName": "mia.keller@example.com"})
    page = ines.get(PAGE).text
    assert "Compte créé" in page
    assert "POST /Users" in page
    assert "409" in page
    db.rollback()
    session = db.begin_write()
    for row in session.scalars(select(ScimWrite)):
        row.at -= timedelta(days=60)
    session.flush()
    retention.step(session, scim_overview.KEEPS[0], 500)
    assert session.scalars(select(ScimWrite)).all() == []
    db.rollback()
