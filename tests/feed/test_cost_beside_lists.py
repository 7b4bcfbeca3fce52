"""The page of a group and of a thread ask little of the database, of who is no member too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from rse.core import db
from tests.feed.conftest import publish

Browse = Callable[[str], Any]
AT_MOST = 15


@pytest.fixture
def asked(any_app: Flask) -> Iterator[Callable[[Any, str], int]]:
    """Count what a page asks, the second time that somebody looks at it."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", note)

    def count(browser: Any, path: str) -> int:
        browser.get(path)
        seen.clear()
        assert browser.get(path).status_code == 200
        return len(seen)

    yield count
    event.remove(db.db.engine, "before_cursor_execute", note)


def test_a_page_asks_fifteen_times_at_most(
    browse: Browse, make_group: Any, asked: Callable[[Any, str], int]
) -> None:
    slug = make_group("Atelier", "karim", "amelie")
    for number in range(8):
        post = publish(browse("amelie"), f"Question {number} ?", kind="question", group=slug)["id"]
        browse("karim").post(f"/api/v1/posts/{post}/comments", json={"body": "Oui"})
    for name in ("karim", "amelie", "thomas"):  # who looks after it, a member, nobody in it
        paths = (f"/groups/{slug}", f"/posts/{post}", "/questions", "/ideas", "/notifications", "/catch-up")
        found = {path: asked(browse(name), path) for path in paths}
        assert {path: count for path, count in found.items() if count > AT_MOST} == {}, name
