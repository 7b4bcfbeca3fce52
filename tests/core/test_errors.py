"""Every kind of error, as a page and as a problem document: what went wrong, a reference, never a trace."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from rse.accounts import sessions
from rse.accounts.models import ApiToken
from rse.core import clock, db
from rse.groups import queries
from tests.factories import Client

As = Callable[[str], Client]


def token(person_id: int, scope: str, **values: Any) -> dict[str, str]:
    row = {
        "token_hash": sessions.digest(f"t-{scope}"),
        "person_id": person_id,
        "scope": scope,
        "created_at": clock.now(),
    }
    db.begin_write().add(ApiToken(**row | values))
    db.commit()
    return {"Authorization": f"Bearer t-{scope}"}


def test_signed_out_pages_lead_to_the_sign_in_page(app: Flask) -> None:
    answer = app.test_client().get("/groups?q=a")
    assert answer.status_code == 303
    assert answer.location == "/signin?next=/groups?q%3Da"


def test_signed_out_calls_are_401_problems(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/groups")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("path", ["/nothing", "/groups/nothing", "/people/zzzzzzzzzzzzzzzz"])
def test_what_is_not_there_is_a_page_with_a_way_on(browser_as: As, path: str) -> None:
    answer = browser_as("amelie").get(path)
    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert 'href="/"' in answer.text


def test_a_wrong_method_names_the_right_ones(browser_as: As) -> None:
    answer = browser_as("amelie").put("/api/v1/groups", json={})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"name=x", "application/x-www-form-urlencoded"),
        (b"\xff", "application/json"),
    ],
)
def test_a_body_that_is_no_json_object_is_422(browser_as: As, body: bytes, content_type: str) -> None:
    answer = browser_as("amelie").post("/api/v1/groups", data=body, content_type=content_type)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["body"]


def test_too_large_is_413(browser_as: As) -> None:
    answer = browser_as("amelie").post(
        "/api/v1/groups", data=b"x" * (27 * 1024 * 1024), content_type="application/json"
    )
    assert answer.status_code == 413


def test_errors_speak_the_person_s_language(browser_as: As) -> None:
    answer = browser_as("amelie").post("/api/v1/groups", json={})
    assert answer.get_json()["errors"] == {"name": ["Ceci est obligatoire."]}


def test_too_many_requests_are_429(make_app: Callable[..., Flask]) -> None:
    from tests.factories import browser_of, make_cast

    app = make_app(rate_limits=True)
    with app.app_context():
        people = make_cast(db.begin_write())
        db.commit()
        amelie = browser_of(app, people["amelie"])
        answers = [amelie.post("/groups", data={"name": "ab"}).status_code for _ in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429


def test_what_declares_no_limit_has_the_usual_one(make_app: Callable[..., Flask]) -> None:
    from tests.factories import browser_of, make_cast

    app = make_app(rate_limits=True)
    with app.app_context():
        people = make_cast(db.begin_write())
        db.commit()
        amelie, karim = browser_of(app, people["amelie"]), browser_of(app, people["karim"])
        calls = [amelie.put("/api/v1/me/charter", json={}).status_code for _ in range(301)]
        assert (set(calls[:300]), calls[300]) == ({422}, 429)
        assert karim.put("/api/v1/me/charter", json={}).status_code == 422


def test_a_crash_shows_a_reference_and_no_trace(browser_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret detail")

    amelie = browser_as("amelie")
    monkeypatch.setattr(queries, "directory", crash)
    page, call = amelie.get("/groups"), amelie.get("/api/v1/groups")
    for answer in (page, call):
        assert answer.status_code == 500
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text
    assert page.headers["X-Request-Id"] in page.text
    assert call.get_json()["instance"].endswith(call.headers["X-Request-Id"])


def test_a_busy_database_is_503_and_says_when_to_come_back(
    browser_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    amelie = browser_as("amelie")
    monkeypatch.setattr(queries, "directory", busy)
    answer = amelie.get("/api/v1/groups")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"


def test_a_crash_after_a_write_keeps_nothing(
    app: Flask, cast: dict, browser_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rse.groups import service
    from rse.groups.models import Group

    amelie = browser_as("amelie")
    create = service.create

    def half(*args: Any, **values: Any) -> None:
        create(*args, **values)
        raise ZeroDivisionError

    monkeypatch.setattr(service, "create", half)
    assert amelie.post("/api/v1/groups", json={"name": "À moitié"}).status_code == 500
    assert db.session().query(Group).count() == 0


def test_a_read_token_reads_and_does_not_write(app: Flask, cast: dict) -> None:
    headers, client = token(cast["amelie"], "read"), app.test_client()
    assert client.get("/api/v1/groups", headers=headers).status_code == 200
    assert client.post("/api/v1/groups", json={"name": "Nouveau"}, headers=headers).status_code == 403


def test_a_write_token_needs_no_csrf_token(app: Flask, cast: dict) -> None:
    headers, client = token(cast["amelie"], "write"), app.test_client()
    assert client.post("/api/v1/groups", json={"name": "Nouveau"}, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "values", [{"expires_at": clock.now() - timedelta(seconds=1)}, {"token_hash": "0" * 64}]
)
def test_an_ended_or_unknown_token_is_401(app: Flask, cast: dict, values: dict) -> None:
    headers = token(cast["amelie"], "write", **values)
    assert app.test_client().get("/api/v1/groups", headers=headers).status_code == 401


def test_tokens_open_the_api_only(app: Flask, cast: dict) -> None:
    headers = token(cast["amelie"], "write")
    assert app.test_client().get("/groups", headers=headers).status_code == 303
