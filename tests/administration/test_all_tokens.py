"""Administrators see every access token, and revoke any; when it was used is its owner's alone."""

import re

from flask import Flask

from rse.accounts import service
from rse.accounts.models import ApiToken
from rse.core import clock, db
from tests import factories


def test_listed_in_pages_and_revoked(any_app: Flask) -> None:
    session = db.begin_write()
    cast = factories.make_cast(session)
    for number in range(55):
        service.create_token(session, cast["karim"], "read", name=f"Outil {number}")
    secret = service.create_token(session, cast["sofia"], "write", name="Tableau de bord")
    session.query(ApiToken).update({"used_at": clock.now().replace(year=2019)})
    ines = cast["ines"].id
    db.commit()
    browser = factories.browser_of(any_app, ines)
    first = browser.get("/admin/tokens").text
    assert "Sofia Marchetti" in first
    assert "2019" not in first
    more = re.search(r'href="(/admin/tokens\?after=[^"]*)"', first)
    assert more
    second = browser.get(more[1]).text
    ids = re.findall(r'id="token-(\d+)"', first + second)
    assert len(set(ids)) == 56
    assert browser.post(f"/admin/tokens/{ids[0]}/revoke").status_code == 303
    assert browser.post(f"/admin/tokens/{ids[0]}/revoke").status_code == 404
    headers = {"Authorization": f"Bearer {secret}"}
    assert any_app.test_client().get("/api/v1/me", headers=headers).status_code == 401
