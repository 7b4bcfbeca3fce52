"""A person makes tokens for programs: shown once, with a scope that is theirs to give and an end; and revokes them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import ApiToken, AuditEntry
from rse.core import clock, db

Browsers = Callable[[str], Any]
MADE = re.compile(r'value="(rse_[\w-]{40,})"')


def wanted(**changed: str) -> dict[str, str]:
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    return {"name": "Tableau de bord", "scope": "read", "until": day} | changed


def call(app: Flask, token: str, method: str = "GET", path: str = "/api/v1/me", **more: Any) -> int:
    client = app.test_client()
    return int(
        client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **more).status_code
    )


def test_made_shown_once_used_revoked(app: Flask, browser_as: Browsers, cast: dict[str, int]) -> None:
    amelie = browser_as("amelie")
    answer = amelie.post("/settings/tokens", data=wanted())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = MADE.search(answer.text)
    assert found
    assert MADE.search(amelie.get("/settings/tokens").text) is None
    assert "Jamais utilisé." in amelie.get("/settings/tokens").text
    assert call(app, found[1]) == 200
    assert call(app, found[1], "POST", "/api/v1/posts", json={"text": "x"}) == 403
    assert "Dernière utilisation" in amelie.get("/settings/tokens").text
    row = db.session().scalar(select(ApiToken.id))
    db.rollback()
    assert browser_as("karim").post(f"/settings/tokens/{row}/revoke").status_code == 404
    assert amelie.post(f"/settings/tokens/{row}/revoke").status_code == 303
    assert call(app, found[1]) == 401
    lines = db.session().execute(select(AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.id)).all()
    assert [tuple(line) for line in lines] == [
        ("token.create", cast["amelie"]),
        ("access.refused", cast["amelie"]),  # a token that reads was used to write
        ("token.revoke", cast["amelie"]),
    ]


@pytest.mark.parametrize(
    "data",
    [
        wanted(name=""),
        wanted(scope="scim"),
        wanted(scope="admin"),
        wanted(until="2020-01-01"),
        wanted(until="2999-01-01"),
        wanted(until="soon"),
    ],
)
def test_refused(browser_as: Browsers, cast: dict[str, int], data: dict[str, str]) -> None:
    answer = browser_as("amelie").post("/settings/tokens", data=data)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert db.session().scalar(select(ApiToken.id)) is None


def test_administrators_may_hand_on_their_scope(browser_as: Browsers, cast: dict[str, int]) -> None:
    assert 'value="admin"' not in browser_as("amelie").get("/settings/tokens").text
    assert MADE.search(browser_as("ines").post("/settings/tokens", data=wanted(scope="admin")).text)


def test_an_end_is_the_end(app: Flask, browser_as: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    found = MADE.search(browser_as("amelie").post("/settings/tokens", data=wanted()).text)
    assert found
    later = clock.now() + timedelta(days=32)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert call(app, found[1]) == 401
