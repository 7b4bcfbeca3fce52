"""Search inside a conversation: what its reader may read there, and nothing from elsewhere."""

from typing import Any

import pytest

from rse.core import jobs
from tests.chat.conftest import World


def found(world: World, name: str, place: str, q: str) -> Any:
    answer = world.call(name, "GET", f"/conversations/{place}/search?q={q}")
    return (
        sorted(i["url"] for i in answer.get_json()["items"])
        if answer.status_code == 200
        else answer.status_code
    )


@pytest.mark.postgres
def test_a_conversation_is_searched_within_what_one_reads_of_it(world: World) -> None:
    place, other = world.conversation("amelie", "karim", title="Salon"), world.conversation("amelie", "karim")
    world.say("amelie", place, "le nickel avant Sofia")
    world.say("amelie", other, "le nickel ailleurs")
    world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}")
    world.say("karim", place, "du **nickel** avec Sofia")
    slug = world.group("amelie", "karim", name="Procédés", visibility="secret")
    group = world.call("amelie", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    world.say("amelie", group, "nickel du groupe")
    jobs.drain()
    both = [f"/messages/{place}?at=1", f"/messages/{place}?at=2"]
    assert found(world, "amelie", place, "nickel") == both
    assert found(world, "sofia", place, "nickel") == both[1:]
    assert found(world, "amelie", group, "nickel") == [f"/messages/{group}?at=1"]
    assert found(world, "karim", place, "nickel author:karim.benali") == both[1:]
    assert found(world, "amelie", place, "nickel type:post group:Procédés") == both
    assert found(world, "amelie", place, "cuivre") == []
    assert found(world, "amelie", place, "") == []
    assert found(world, "sofia", other, "nickel") == 404
    assert found(world, "sofia", group, "nickel") == 404
    wrong = world.call("amelie", "GET", f"/conversations/{place}/search?q=from:jamais nickel")
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["q"])
    page = world.browser("sofia").get(f"/messages/{place}/search?q=nickel")
    assert page.status_code == 200
    assert f'href="/messages/{place}?at=2"' in page.text
    assert "avant Sofia" not in page.text
    part = (
        world.browser("sofia").get(f"/messages/{place}/search?q=nickel", headers={"HX-Request": "true"}).text
    )
    assert "<html" not in part
    assert "chat-beside" in part
    assert world.browser("sofia").get(f"/messages/{other}/search?q=nickel").status_code == 404
    world.call("sofia", "DELETE", f"/conversations/{place}/members/{world.pid('sofia')}")
    assert found(world, "sofia", place, "nickel") == 404
