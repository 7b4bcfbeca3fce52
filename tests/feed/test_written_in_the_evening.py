"""Whoever writes outside working hours reads that it is visible now and when others are told."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from rse.core import clock
from tests import factories

FRIDAY_EVENING = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
FRIDAY_NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def test_in_the_evening_it_says_when_mails_go_out(
    app: Flask, cast: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_EVENING)
    amelie = factories.browser_of(app, cast["amelie"])
    said = "push partent lundi 23 novembre, 08:00"
    assert said in amelie.get("/").text
    post = amelie.post("/api/v1/posts", json={"body": "Bonsoir"}).get_json()["id"]
    assert said in amelie.get(f"/posts/{post}").text
    amelie.put("/api/v1/me/preferences", json={"language": "en"})
    assert "Visible at once; mails and pushes go out on Monday 23 November, 08:00." in amelie.get("/").text
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_NOON)
    assert "Visible at once" not in factories.browser_of(app, cast["amelie"]).get("/").text
