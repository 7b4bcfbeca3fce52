"""Headers of every answer, cookies, CSRF, and what the logs do not say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from rse.core import db
from rse.core.health import problems
from tests.factories import Client, browser_of, make_cast

As = Callable[[str], Client]


@pytest.mark.parametrize(
    "path", ["/groups", "/nothing", "/api/v1/groups", "/api/v1/openapi.json", "/healthz"]
)
def test_every_answer_has_the_headers(browser_as: As, path: str) -> None:
    headers = browser_as("amelie").get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_production_cookies_and_transport_are_strict(make_app: Callable[..., Flask]) -> None:
    from rse.accounts import sessions

    app = make_app(
        env="production", secret_key="3f9c1e7ab2d84c60915e7fa3b8d2c4e6", base_url="https://rse.example.com"
    )
    with app.test_request_context("/"):
        response = app.make_response("")
        sessions.set_cookie(response, "token")
        cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rse=token")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    answer = app.test_client().get("/healthz")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_intranet_may_embed_where_it_is_set(make_app: Callable[..., Flask]) -> None:
    app = make_app(frame_ancestors="https://intranet.example.com")
    policy = app.test_client().get("/healthz").headers["Content-Security-Policy"]
    assert "frame-ancestors https://intranet.example.com" in policy


def test_unsafe_requests_need_the_token_of_their_own_session(app: Flask, cast: dict, browser_as: As) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    assert amelie.post("/api/v1/groups", json={"name": "Nouveau"}, csrf=False).status_code == 403
    amelie.token, own = karim.token, amelie.token
    assert amelie.post("/api/v1/groups", json={"name": "Nouveau"}).status_code == 403
    amelie.token = own
    assert amelie.post("/api/v1/groups", json={"name": "Nouveau"}).status_code == 201


def test_an_unknown_session_cookie_is_nobody(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("rse_session", "x" * 43)
    assert client.get("/groups").status_code == 303


def test_logs_hold_no_person_text_or_address(
    app: Flask, cast: dict, browser_as: As, capfd: pytest.CaptureFixture[str]
) -> None:
    amelie = browser_as("amelie")
    amelie.post("/api/v1/groups", json={"name": "Plan social très secret"})
    amelie.get("/groups?q=motdepasse")
    said = capfd.readouterr()
    for word in ("secret", "motdepasse", "amelie", amelie.token, str(cast["amelie"])):
        assert word not in said.out + said.err
    assert '"endpoint": "groups.index"' in said.err


def test_metrics_are_for_loopback_or_the_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(metrics_token="m" * 32)
    client = app.test_client()
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=far).status_code == 404
    assert (
        client.get("/metrics", environ_base=far, headers={"Authorization": f"Bearer {'m' * 32}"}).status_code
        == 200
    )
    assert b"rse_requests_total" in client.get("/metrics").data


def test_static_files_are_kept_and_pages_are_not(app: Flask, cast: dict, browser_as: As) -> None:
    amelie = browser_as("amelie")
    assert amelie.get("/groups").headers["Cache-Control"] == "private, no-cache"
    assert amelie.get("/api/v1/groups").headers["Cache-Control"] == "no-store"
    for path in (
        "/admin/people",
        "/admin/audit",
        "/admin/sso",
    ):  # other people's affairs: not even for "back"
        assert browser_as("ines").get(path).headers["Cache-Control"] == "no-store"


def test_check_finds_nothing_wrong_but_the_silent_worker(app: Flask) -> None:
    assert set(problems()) <= {"worker"}


def test_an_ended_session_is_nobody_at_once(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    from rse.accounts import sessions
    from rse.accounts.models import Session

    app = make_app()
    with app.app_context():
        people = make_cast(db.begin_write())
        db.commit()
        amelie = browser_of(app, people["amelie"])
        assert amelie.get("/groups").status_code == 200
        sessions.end(db.begin_write(), Session.person_id == people["amelie"].id)
        db.commit()
        assert amelie.get("/groups").status_code == 303
