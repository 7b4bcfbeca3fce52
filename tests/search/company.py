"""A little company for the tests of pages and calls, made through the product's API, and indexed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rse.core import jobs
from rse.core.model import encode_id
from tests.factories import Client

As = Callable[[str], Client]


class Company:
    """What its people do, as they would do it."""

    def __init__(self, cast: dict[str, int], browser_as: As) -> None:
        self.ids = cast
        self.browsers = {name: browser_as(name) for name in cast}

    def __getitem__(self, name: str) -> Client:
        return self.browsers[name]

    def do(self, who: str, method: str, path: str, expected: int = 200, /, **json: Any) -> Any:
        answer = self[who].open(f"/api/v1{path}", method=method, json=json or None)
        assert answer.status_code == expected, answer.text
        return answer.get_json(silent=True)

    def post(self, name: str, body: str, **values: Any) -> dict[str, Any]:
        return self.do(name, "POST", "/posts", 201, body=body, **values)

    def comment(self, name: str, post: dict[str, Any], body: str) -> dict[str, Any]:
        return self.do(name, "POST", f"/posts/{post['id']}/comments", 201, body=body)

    def accept(self, name: str, post: dict[str, Any], comment: dict[str, Any]) -> None:
        self.do(name, "PUT", f"/posts/{post['id']}/answer", comment_id=comment["id"])

    def group(self, name: str, title: str, visibility: str = "open") -> str:
        made = self.do(
            name,
            "POST",
            "/groups",
            201,
            name=title,
            visibility=visibility,
            description="",
            purpose="professional",
        )
        return str(made["slug"])

    def skills(self, name: str, **levels: int) -> None:
        self.do(name, "PUT", "/me/skills", skills=[{"label": k, "level": v} for k, v in levels.items()])

    def pid(self, name: str) -> str:
        return encode_id(self.ids[name])

    def search(self, name: str, q: str, **values: Any) -> dict[str, Any]:
        answer = self[name].get("/api/v1/search", query_string={"q": q, **values})
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def titles(self, name: str, q: str, **values: Any) -> list[str]:
        return [item["title"] for item in self.search(name, q, **values)["items"]]

    def experts(self, name: str, q: str, **values: Any) -> list[dict[str, Any]]:
        answer = self[name].get("/api/v1/experts", query_string={"q": q, **values})
        assert answer.status_code == 200, answer.text
        return answer.get_json()["items"]

    def index(self) -> None:
        jobs.drain()


@pytest.fixture
def company(app: Flask, cast: dict[str, int], browser_as: As) -> Company:
    return Company(cast, browser_as)
