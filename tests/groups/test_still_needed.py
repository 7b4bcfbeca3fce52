"""After a year of silence the owners of a group are asked whether it is still needed; nobody else is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from rse.administration import silence
from rse.core import clock, db, jobs
from tests.factories import Client

As = Callable[[str], Client]
API = "/api/v1"


def test_owners_are_asked_once_and_answer(
    app: Flask, browser_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app is not None
    quiet, spoken, paged = (
        browser_as("amelie").post(f"{API}/groups", json={"name": name}).get_json()["slug"]
        for name in ("Oublié", "Vivant", "Documenté")
    )
    browser_as("karim").put(f"{API}/groups/{quiet}/membership")
    start = clock.now()

    def at(days: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=days))

    def asks() -> int:
        found = silence.ask(db.begin_write())
        db.commit()
        jobs.drain()
        return found

    def told(name: str) -> list[str]:
        return [one["url"] for one in browser_as(name).get(f"{API}/notifications").get_json()["items"]]

    assert asks() == 0
    at(200)
    amelie = browser_as("amelie")
    assert amelie.post(f"{API}/posts", json={"body": "Toujours là.", "group": spoken}).status_code == 201
    assert amelie.post(f"{API}/groups/{paged}/pages", json={"title": "Plan", "body": "x"}).status_code == 201
    at(370)
    amelie, karim = browser_as("amelie"), browser_as("karim")  # a session does not last so long
    assert asks() == 1
    assert asks() == 0  # asked is asked
    assert told("amelie") == [f"/groups/{quiet}/about"]
    assert told("karim") == []
    assert "Ce groupe sert-il encore" in amelie.get(f"/groups/{quiet}/about").text
    assert "Ce groupe sert-il encore" not in karim.get(f"/groups/{quiet}/about").text
    assert "Ce groupe sert-il encore" not in amelie.get(f"/groups/{spoken}/about").text
    assert karim.post(f"/groups/{quiet}/renew").status_code == 403
    assert amelie.post(f"/groups/{quiet}/renew").status_code == 303
    assert "Ce groupe sert-il encore" not in amelie.get(f"/groups/{quiet}/about").text
    assert told("amelie") == []  # there is nothing to answer any more
    at(600)
    assert asks() == 2  # the others have fallen silent since
    at(760)
    assert asks() == 1
