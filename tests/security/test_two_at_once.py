"""The same thing stored by two requests in one moment: the second is told so, and nothing of it stays."""

from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from rse.core import api, clock, db
from rse.core.api import IdempotencyKey
from rse.feed.models import Post


def test_one_key_in_two_requests_at_once_publishes_once(
    app: Flask, cast: Any, browser_as: Any, monkeypatch: Any
) -> None:
    """The other request's key arrives between the look and the insert, as PostgreSQL allows."""
    respond = api.respond

    def late(*given: Any) -> Any:
        values = {"person_id": cast["karim"], "key": "k", "fingerprint": "x", "status": 201, "body": "{}"}
        db.session().execute(insert(IdempotencyKey).values(**values, at=clock.now()))
        return respond(*given)

    karim = browser_as("karim")
    monkeypatch.setattr(api, "respond", late)
    answer = karim.post("/api/v1/posts", json={"body": "Bonjour"}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    session = db.db.session()
    session.rollback()
    assert session.scalars(select(Post.id)).all() == []
