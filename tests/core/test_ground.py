"""The ground stands: health, refusals, headers, on both databases."""

from flask import Flask

from tests import factories


def test_answers_that_it_lives(any_app: Flask) -> None:
    response = any_app.test_client().get("/healthz")
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_readiness_names_the_part_that_is_missing(any_app: Flask) -> None:
    response = any_app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["failing"] == {"worker": "never started"}


def test_openapi_document_is_served(any_app: Flask) -> None:
    document = any_app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"


def test_unknown_api_call_is_a_problem_document(any_app: Flask) -> None:
    response = any_app.test_client().get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["status"] == 404


def test_a_session_is_one_row_and_ends_with_it(any_app: Flask) -> None:
    from rse.core import db

    people = factories.make_cast(db.begin_write())
    db.commit()
    browser = factories.browser_of(any_app, people["amelie"])
    viewer = factories.viewer_of(people["james"])
    assert "everyone" not in viewer.tokens
    assert browser.get("/healthz").status_code == 200
