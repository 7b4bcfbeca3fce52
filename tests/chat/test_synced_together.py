"""Those who catch up at the same moment are answered together, each as if they had asked alone."""

import threading
from typing import Any

import pytest

from rse.chat import shapes, syncing
from rse.core import db, live
from tests import factories
from tests.chat.conftest import Socket, World


def test_each_is_answered_as_alone_by_their_own_rights(world: World) -> None:
    direct, other = world.conversation("amelie", "karim"), world.conversation("karim", "sofia")
    slug = world.group("claire", "thomas")
    secret = world.call("claire", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    for n in range(3):
        world.say("amelie", direct, f"ligne {n}")
        world.say("karim", other, f"autre {n}")
        world.say("claire", secret, f"groupe {n}")
    positions = {direct: 1, other: 0, secret: 2, "!!": 0, "zzzz": 4}
    names = ("amelie", "karim", "sofia", "claire", "thomas", "ines", "amelie")
    viewers = [factories.viewer_of(world.ids[name]) for name in names]
    asked = syncing.asked("nobody", positions)
    session = db.db.session()
    alone = [syncing.sync(session, [(viewer, asked)])[0] for viewer in viewers]
    together = syncing.sync(session, [*((viewer, asked) for viewer in viewers), None])
    assert together == [*alone, None]
    reads = {
        name: {place for place, said in answer["conversations"].items() if "gone" not in said}
        for name, answer in zip(names, alone, strict=True)
        if answer
    }
    assert reads == {
        "amelie": {direct}, "karim": {direct, other}, "sofia": {other},
        "claire": {secret}, "thomas": {secret}, "ines": set(),
    }  # fmt: skip
    answer = alone[0] or {}
    assert [one["body"] for one in answer["conversations"][direct]["items"]] == ["ligne 1", "ligne 2"]
    assert answer["counts"]["messages"] == 0
    assert (alone[1] or {})["counts"]["messages"] == 3


def test_who_came_in_later_is_not_given_what_was_said_before(world: World) -> None:
    place = world.conversation("amelie", "karim", title="essai")
    world.say("amelie", place, "avant elle")
    added = world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}")
    assert added.status_code < 300, added.get_json()
    world.say("amelie", place, "avec elle")
    asked = syncing.asked("nobody", {place: 0})
    pair = [(factories.viewer_of(world.ids[name]), asked) for name in ("karim", "sofia")]
    bodies = [
        [one.get("body") for one in answer["conversations"][place]["items"] if one["event"] == "message:new"]
        for answer in syncing.sync(db.db.session(), pair)
        if answer
    ]
    assert bodies == [["avant elle", "avec elle"], ["avec elle"]]


def test_all_hear_an_open_discussion_before_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said between the reading and the second socket's coming in would reach it by neither."""
    slug = world.group("claire", visibility="open")
    place = world.call("claire", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    world.say("claire", place, "bonjour")
    done: list[str] = []
    missed = shapes.missed

    def reads(*given: Any) -> dict[str, Any]:
        done.append("read")
        return missed(*given)

    monkeypatch.setattr(live, "enter_of", lambda sid, _room: done.append(sid))
    monkeypatch.setattr(shapes, "missed", reads)
    people = [factories.viewer_of(world.ids[name]) for name in ("amelie", "karim")]
    pair = [(one, syncing.asked(f"s{at}", {place: 0})) for at, one in enumerate(people)]
    assert all(syncing.sync(db.db.session(), pair))
    assert done == ["s0", "s1", "read"]


def test_over_sockets_at_once(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    world.say("amelie", place, "bonjour")
    answers: dict[str, Any] = {}
    sockets = {name: Socket(world, name) for name in ("amelie", "karim", "sofia")}

    def ask(name: str) -> None:
        answers[name] = sockets[name].ask("sync", conversations={place: 0})["conversations"][place]

    threads = [threading.Thread(target=ask, args=(name,)) for name in sockets]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert answers["sofia"] == {"gone": True}
    assert answers["amelie"] == answers["karim"]
    assert answers["amelie"]["pos"] == 1


def test_who_is_removed_while_many_are_answered_is_given_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of a conversation, out of a closed group: what is read after that is not in their answer."""
    place, slug = world.conversation("amelie", "karim", title="essai"), world.group("claire", "thomas")
    talk = world.call("claire", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    world.say("amelie", place, "avant")
    world.say("claire", talk, "avant")
    viewers = [factories.viewer_of(world.ids[name]) for name in ("amelie", "karim", "claire", "thomas")]
    asked = syncing.asked("nobody", {place: 0, talk: 0})
    usual = shapes.missed
    out = [
        ("DELETE", f"/conversations/{place}/members/{world.pid('karim')}", "amelie"),
        ("DELETE", f"/groups/{slug}/members/{world.pid('thomas')}", "claire"),
    ]

    def late(*given: Any) -> Any:
        while out:
            method, path, who = out.pop()
            assert world.call(who, method, path).status_code < 300
            world.say(who, place if who == "amelie" else talk, "sans eux")
        return usual(*given)

    monkeypatch.setattr(shapes, "missed", late)
    answers = syncing.sync(db.db.session(), [(viewer, asked) for viewer in viewers])
    found = {
        name: [one.get("body") for said in answer["conversations"].values() for one in said.get("items", ())]
        for name, answer in zip(("amelie", "karim", "claire", "thomas"), answers, strict=True)
        if answer
    }
    assert {"amelie", "claire"} <= found.keys(), "theirs has not changed"
    assert not [name for name in ("karim", "thomas") if "sans eux" in found.get(name, ())]
