"""The cast at work, and a clock that stands until it is moved: what a channel of notifications is tried on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from rse.core import clock, jobs
from tests import factories
from tests.chat.conftest import World

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Paris


class Office(World):
    """The cast, and a clock; each channel says how it is run."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.at(MONDAY)
        super().__init__(app)

    def run(self) -> int:
        """Let the channel send what is due; gives how much went."""
        raise NotImplementedError

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.now = moment
        self.monkeypatch.setattr(clock, "now", lambda: self.now)

    def later(self, **span: float) -> int:
        """Let time pass and the worker run; gives how much went."""
        jobs.drain()
        self.at(self.now + timedelta(**span))
        jobs.drain()
        return self.run()

    def browser(self, name: str) -> factories.Client:
        """Give a browser of somebody that is signed in now: a session idles out while days pass."""
        return factories.browser_of(self.app, self.ids[name])

    def post(self, name: str, body: str, **more: Any) -> str:
        """Publish; gives the id."""
        answer = self.call(name, "POST", "/posts", body=body, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def comment(self, name: str, post: str, body: str) -> str:
        """Comment; gives the id."""
        answer = self.call(name, "POST", f"/posts/{post}/comments", body=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def wish(self, name: str, **wishes: Any) -> None:
        """Set somebody's preferences."""
        answer = self.call(name, "PUT", "/me/preferences", notifications=wishes)
        assert answer.status_code == 200, answer.text
