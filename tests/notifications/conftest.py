"""What the tests of notifications begin with: something said, and what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rse.core import db, jobs
from tests import factories

Api = Callable[[str], Any]


@pytest.fixture
def say(app: Flask, cast: dict[str, int]) -> Callable[..., str]:
    """Publish a post as somebody, or comment on one; gives its id. The worker has nothing left to do then."""

    def write(name: str, body: str, under: str = "", **more: Any) -> str:
        path = f"/api/v1/posts/{under}/comments" if under else "/api/v1/posts"
        answer = factories.browser_of(app, cast[name]).post(path, json={"body": body, **more})
        assert answer.status_code == 201, answer.text
        jobs.drain()
        db.rollback()
        found: str = answer.json["id"]
        return found

    return write


@pytest.fixture
def told(app: Flask, cast: dict[str, int]) -> Callable[..., list[tuple[str, str]]]:
    """Give the (kind, excerpt) of somebody's notifications, the latest first."""

    def ask(name: str, query: str = "") -> list[tuple[str, str]]:
        jobs.drain()
        db.rollback()
        answer = factories.browser_of(app, cast[name]).get(f"/api/v1/notifications{query}")
        assert answer.status_code == 200, answer.text
        return [(item["kind"], item["excerpt"]) for item in answer.json["items"]]

    return ask
