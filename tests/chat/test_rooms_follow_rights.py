"""An open socket hears what its person may read at that moment, wherever the right was given or taken.

What another process does (a command, the worker) is a commit here that tells this process nothing.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from rse.accounts import rights
from rse.accounts.models import Person, Session
from rse.core import clock, db, live
from rse.groups.models import Group, Membership
from tests import factories
from tests.chat.conftest import Socket, World

pytestmark = pytest.mark.postgres
Opens = Callable[..., Socket]
SOON = 10.0  # a few seconds, and a busy machine


def elsewhere(*statements: object) -> None:
    """Commit as another process does: nobody here is told."""
    session = db.begin_write()
    for statement in statements:
        session.execute(statement)
    session.commit()
    db.rollback()


def until(done: Callable[[], bool], seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        live.socketio.sleep(0.1)


def told(world: World, socket: Socket, **where: str) -> bool:
    """Tell whether a socket hears of a post that Amélie writes now."""
    socket.heard("post:new")
    answer = world.call("amelie", "POST", "/posts", body="nouvelle", **where)
    assert answer.status_code == 201, answer.text
    return bool(socket.heard("post:new"))


def rooms_of(world: World, name: str) -> set[str]:
    (sid,) = live.sockets.of(world.ids[name])
    return set(live.socketio.server.rooms(sid, namespace="/"))


def group_id(slug: str) -> int:
    found = db.db.session().scalar(select(Group.id).where(Group.slug == slug))
    db.rollback()
    assert found is not None
    return found


def test_who_is_made_a_guest_does_not_hear_the_company_any_more(world: World, socket_of: Opens) -> None:
    karim = socket_of("karim")
    both = [world.pid("sofia"), world.pid("claire")]
    assert len(karim.ask("presence:watch", person_ids=both)["people"]) == 2
    assert told(world, karim)
    elsewhere(update(Person).where(Person.id == world.ids["karim"]).values(kind="guest"))
    until(lambda: not told(world, karim))
    assert {room for room in rooms_of(world, "karim") if room.startswith(("everyone", "presence:"))} == set()
    socket_of("sofia")
    assert karim.heard("presence") == []


def test_a_membership_that_a_command_ends_or_makes_is_followed(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", "sofia")
    group = group_id(slug)
    sofia, karim = socket_of("sofia"), socket_of("karim")
    assert (told(world, sofia, group=slug), told(world, karim, group=slug)) == (True, False)
    tie = {"group_id": group, "role": "member", "state": "active", "at": clock.now(), "seen_count": 0}
    elsewhere(
        delete(Membership).where(Membership.group_id == group, Membership.person_id == world.ids["sofia"]),
        insert(Membership).values(person_id=world.ids["karim"], **tie),
    )
    until(lambda: not told(world, sofia, group=slug))
    until(lambda: told(world, karim, group=slug))


def test_a_guest_loses_sight_of_who_left_their_group(world: World, socket_of: Opens) -> None:
    slug = world.group("sofia", "amelie", "james")
    james = socket_of("james")
    watched = f"presence:{world.ids['amelie']}"
    assert james.ask("presence:watch", person_ids=[world.pid("amelie"), world.pid("sofia")])["ok"]
    assert watched in rooms_of(world, "james")
    assert world.call("amelie", "DELETE", f"/groups/{slug}/membership").status_code == 204
    until(lambda: watched not in rooms_of(world, "james"), 3.0)
    socket_of("amelie")
    assert james.heard("presence") == []
    socket_of("sofia")
    assert [one["person_id"] for one in james.heard("presence")] == [world.pid("sofia")]


def test_what_was_read_before_a_leave_does_not_bring_back(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", "sofia")
    room = f"group:{group_id(slug)}"
    socket_of("sofia")
    began, old = time.monotonic(), rights.tokens_of(db.db.session(), [world.ids["sofia"]])
    db.rollback()
    assert world.call("sofia", "DELETE", f"/groups/{slug}/membership").status_code == 204
    live.rooms.correct(live.socketio.server, live.sockets.all(), old, began)
    assert room not in rooms_of(world, "sofia")


def test_a_session_idle_for_too_long_loses_its_sockets(world: World, socket_of: Opens) -> None:
    karim, sofia = socket_of("karim"), socket_of("sofia")
    mine = update(Session).where(Session.person_id == world.ids["karim"])
    elsewhere(mine.values(seen_at=clock.now() - timedelta(days=60)))
    until(lambda: not karim.client.is_connected())
    assert sofia.client.is_connected()


def test_tokens_of_many_are_those_of_each(world: World) -> None:
    world.group("amelie", "karim", "james")
    world.group("sofia", "amelie", "james", visibility="secret")
    world.group("claire", "thomas", visibility="open")
    expected = {person_id: factories.viewer_of(person_id).tokens for person_id in world.ids.values()}
    assert rights.tokens_of(db.db.session(), world.ids.values()) == expected
    db.rollback()
