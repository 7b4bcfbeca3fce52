"""Open pages hear of posts by their ids, in the rooms of those who may read them."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

from flask import Flask

from rse.core import live
from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def socket_of(app: Flask, browser: Any) -> Any:
    # In a context of its own: the requests of the fixtures' context share their `g`, a server's do not.
    return Context().run(live.socketio.test_client, app, flask_test_client=browser)


def heard(socket: Any) -> list[tuple[str, Any]]:
    return [
        (event["name"], event["args"][0])
        for event in socket.get_received()
        if event["name"].startswith("post:")
    ]


def test_a_new_post_is_told_to_its_audience_alone(any_app: Flask, browse: Browse, make_group: Any) -> None:
    slug = make_group("Projet", "amelie", "karim", "james", visibility="closed")
    sockets = {name: socket_of(any_app, browse(name)) for name in ("karim", "sofia", "james")}
    made = publish(browse("amelie"), group=slug)
    told = [("post:new", {"id": made["id"], "group": made["group"]["id"]})]
    assert {name: heard(socket) for name, socket in sockets.items()} == {
        "karim": told,
        "sofia": [],
        "james": told,
    }
    everybody = publish(browse("amelie"))
    told = [("post:new", {"id": everybody["id"], "group": None})]
    assert {name: heard(socket) for name, socket in sockets.items()} == {
        "karim": told,
        "sofia": told,
        "james": [],
    }
    browse("karim").put(f"/api/v1/posts/{made['id']}/reactions/thanks")
    browse("karim").post(f"/api/v1/posts/{made['id']}/comments", json={"body": "oui"})
    browse("amelie").delete(f"/api/v1/posts/{made['id']}")
    assert [name for name, _payload in heard(sockets["james"])] == ["post:changed"] * 3
    assert heard(sockets["sofia"]) == []


def test_a_card_is_fetched_for_the_scope_of_the_list(browse: Browse, make_group: Any) -> None:
    slug = make_group("Projet", "amelie", "karim", visibility="closed")
    mine, other = publish(browse("amelie"), group=slug)["id"], publish(browse("amelie"))["id"]
    statuses = {
        (key, scope): browse("karim").get(f"/posts/{key}/card?scope={scope}").status_code
        for key in (mine, other)
        for scope in ("all", "groups", "following")
    }
    assert statuses == {
        (mine, "all"): 200, (mine, "groups"): 200, (mine, "following"): 204,
        (other, "all"): 200, (other, "groups"): 204, (other, "following"): 204,
    }  # fmt: skip
    assert browse("sofia").get(f"/posts/{mine}/card").status_code == 404
