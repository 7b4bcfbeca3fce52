"""Conversations for the tests of live discussion."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from rse.chat import service
from rse.core import db, live
from rse.core.model import decode_id, encode_id
from rse.groups import service as groups
from tests import factories


class World:
    """The cast on one application, each with a browser, and ways to make conversations through the API."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        people = factories.make_cast(db.begin_write())
        db.commit()
        self.ids = {name: person.id for name, person in people.items()}
        self._browsers: dict[str, factories.Client] = {}

    def pid(self, name: str) -> str:
        return encode_id(self.ids[name])

    def browser(self, name: str) -> factories.Client:
        if name not in self._browsers:
            self._browsers[name] = factories.browser_of(self.app, self.ids[name])
        return self._browsers[name]

    def call(self, name: str, method: str, path: str, /, **body: Any) -> Any:
        """Call the API as somebody; gives the response."""
        sent = (
            {"json": body} if body or (method in {"POST", "PUT", "PATCH"} and "members" not in path) else {}
        )
        return self.browser(name).open("/api/v1" + path, method=method, **sent)

    def conversation(self, *names: str, **more: Any) -> str:
        first, *others = names
        response = self.call(
            first, "POST", "/conversations", member_ids=[self.pid(n) for n in others], **more
        )
        assert response.status_code in {200, 201}, response.text
        return str(response.get_json()["id"])

    def say(self, name: str, conversation: str, body: str, **more: Any) -> dict[str, Any]:
        response = self.call(name, "POST", f"/conversations/{conversation}/messages", body=body, **more)
        assert response.status_code == 201, response.text
        return dict(response.get_json())

    def many(self, name: str, conversation: str, count: int) -> None:
        """Store "ligne 1." and so on in one transaction: many are cheap so."""
        session, viewer = db.begin_write(), factories.viewer_of(self.ids[name])
        for n in range(1, count + 1):
            service.send(session, viewer, decode_id(conversation), body=f"ligne {n}.", client_id=f"many-{n}")
        db.commit()

    def bodies(self, name: str, conversation: str) -> list[str] | int:
        """What somebody reads in a conversation, or the status of the refusal."""
        response = self.call(name, "GET", f"/conversations/{conversation}/messages?limit=100")
        if response.status_code != 200:
            return int(response.status_code)
        return [m["body"] for m in response.get_json()["items"]]

    def group(self, owner: str, *members: str, name: str = "Projet", visibility: str = "closed") -> str:
        """Make a group with members; gives its slug."""
        session = db.begin_write()
        made = groups.create(session, factories.viewer_of(self.ids[owner]), name=name, visibility=visibility)
        for member in members:
            groups.enter(session, made, self.ids[member])
        slug = made.slug
        db.commit()
        return slug


@pytest.fixture
def world(any_app: Flask) -> World:
    """The cast on each database."""
    return World(any_app)


@pytest.fixture
def small_world(app: Flask) -> World:
    """The cast on SQLite only."""
    return World(app)


MakeWorld = Callable[..., World]


class Socket:
    """A socket of somebody, through Flask-SocketIO's own test client; each call in a context of its own."""

    def __init__(self, world: World, name: str, **options: Any) -> None:
        browser = world.browser(name)
        self.client = self._apart(live.socketio.test_client, world.app, flask_test_client=browser, **options)

    @staticmethod
    def _apart(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return Context().run(function, *args, **kwargs)

    def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        answer = self._apart(self.client.emit, event, payload, callback=True)
        return dict(answer)

    def heard(self, *events: str) -> list[dict[str, Any]]:
        """What has come since the last look, of these kinds (all but presence and counts by default)."""
        got = [(one["name"], one["args"][0]) for one in self.client.get_received()]
        wanted = events or tuple({name for name, _ in got} - {"presence", "counts"})
        return [{"event": name, **data} for name, data in got if name in wanted]


@pytest.fixture
def socket_of(world: World) -> Callable[..., Socket]:
    """Open a socket as one of the cast."""
    return lambda name, **options: Socket(world, name, **options)
