"""A group named in a message: who looks after it is told, where they read the conversation; else it is said before."""

import pytest

from rse.core import jobs
from tests.chat.conftest import World

REFUSED = 422


def told(world: World, name: str) -> list[str]:
    jobs.drain()
    items = world.call(name, "GET", "/notifications").get_json()["items"]
    return [one["text"] for one in items if "mentionné" in one["text"]]


def send(world: World, name: str, place: str, body: str) -> tuple[int, str]:
    answer = world.call(name, "POST", f"/conversations/{place}/messages", body=body)
    return answer.status_code, answer.get_json().get("body_html") or answer.text


@pytest.fixture
def named(small_world: World) -> World:
    """Sofia's open group Achats with Karim in it, Amélie's closed group Projet with Karim and Sofia."""
    small_world.group("sofia", "karim", name="Achats", visibility="open")
    small_world.group("amelie", "karim", "sofia", name="Projet")
    return small_world


def test_who_looks_after_the_group_is_told_once(named: World) -> None:
    world = named
    place = str(world.call("amelie", "GET", "/groups/projet/conversation").get_json()["id"])
    status, html = send(world, "amelie", place, "Une question pour @achats et @sofia.marchetti")
    assert (status, 'class="mention group"' in html) == (201, True)
    (once,) = told(world, "sofia")
    assert "Achats" not in once  # she is named herself: that is what she is told
    send(world, "karim", place, "Encore @achats")
    assert told(world, "sofia")[0] == "Karim Benali a mentionné «\u00a0Achats\u00a0»"
    assert told(world, "amelie") == []
    send(world, "sofia", place, "Pour @projet")
    assert len(told(world, "amelie")) == 1
    assert told(world, "karim") == []


def test_nobody_to_hear_it_is_said_before(named: World) -> None:
    world = named
    place = str(world.call("amelie", "GET", "/groups/projet/conversation").get_json()["id"])
    direct = world.conversation("amelie", "karim")
    world.group("claire", "amelie", name="Direction")
    status, said = send(world, "amelie", place, "Et @direction ?")
    assert (status, "Direction" in said) == (REFUSED, True)
    status, said = send(world, "amelie", direct, "Et @achats ?")
    assert (status, "Achats" in said) == (REFUSED, True)
    assert world.bodies("amelie", direct) == []
    assert send(world, "karim", direct, "@projet est à toi")[0] == 201
    assert told(world, "amelie") == []  # of a direct message everybody in it is told anyway
    own = world.say("amelie", direct, "bien")
    assert world.call("amelie", "PATCH", f"/messages/{own['id']}", body="@achats").status_code == REFUSED


def test_a_secret_group_is_named_among_its_members_only(named: World) -> None:
    world = named
    slug = world.group("amelie", "karim", name="Cercle", visibility="secret")
    inside, outside = world.conversation("amelie", "karim"), world.conversation("amelie", "sofia")
    place = str(world.call("amelie", "GET", "/groups/projet/conversation").get_json()["id"])
    assert "mention group" in send(world, "karim", inside, f"@{slug}")[1]
    for where in (outside, place):
        status, said = send(world, "amelie", where, f"@{slug}")
        assert (status, "secret" in said) == (REFUSED, True)
    status, html = send(world, "sofia", outside, f"@{slug}")
    assert (status, html) == (201, f"<p>@{slug}</p>")  # she learns nothing
