"""Topics inside a group's discussion: chosen or made when writing, a view of their own, kept by who looks after it."""

from typing import Any

from rse.chat import exports
from rse.chat.models import Topic
from rse.core import db
from rse.core.model import decode_id
from tests.chat.conftest import Socket, World
from tests.chat.test_pages import get, post


def discussion(world: World, *members: str) -> tuple[str, str]:
    """Make Amélie's group with these members; gives its slug and its discussion."""
    slug = world.group("amelie", *members)
    return slug, str(world.call("amelie", "GET", f"/groups/{slug}/conversation").get_json()["id"])


def discussion_of(world: World, name: str) -> str:
    """Make somebody a group of their own; gives its discussion."""
    slug = world.group(name, name="Ailleurs")
    return str(world.call(name, "GET", f"/groups/{slug}/conversation").get_json()["id"])


def topics(world: World, name: str, place: str) -> list[tuple[str, int, bool]]:
    items = world.call(name, "GET", f"/conversations/{place}/topics").get_json()["items"]
    return [(one["name"], one["messages"], one["closed_at"] is not None) for one in items]


def bodies(world: World, name: str, place: str, topic: str) -> Any:
    answer = world.call(name, "GET", f"/conversations/{place}/messages?topic={topic}")
    return (
        [one["body"] for one in answer.get_json()["items"]]
        if answer.status_code == 200
        else answer.status_code
    )


def test_one_discussion_many_topics(world: World) -> None:
    _slug, place = discussion(world, "karim")
    world.say("amelie", place, "sans sujet")
    first = world.say("amelie", place, "le devis est là", new_topic="  Budget  2027 ")
    assert first["topic"]["name"] == "Budget 2027"
    topic = first["topic"]["id"]
    again = world.say("karim", place, "je relis", new_topic="BUDGET 2027", client_id="k-1")
    assert again["topic"] == first["topic"]
    assert (
        world.say("karim", place, "je relis", new_topic="Autre", client_id="k-1")["topic"] == first["topic"]
    )
    world.say("karim", place, "et les machines ?", new_topic="Machines")
    assert topics(world, "karim", place) == [("Machines", 1, False), ("Budget 2027", 2, False)]
    assert bodies(world, "karim", place, topic) == ["le devis est là", "je relis"]
    assert len(world.bodies("karim", place)) == 4
    unread = world.call("amelie", "GET", f"/conversations/{place}").get_json()["unread"]
    assert unread == 2  # of the whole discussion
    events = world.call("amelie", "GET", f"/conversations/{place}/events?after=1").get_json()["items"]
    assert [one["topic"] and one["topic"]["name"] for one in events] == [
        "Budget 2027",
        "Budget 2027",
        "Machines",
    ]
    answer = world.say("amelie", place, "sous le devis", thread_id=first["id"], topic_id=topic)
    assert answer["topic"] is None
    page = world.call("karim", "GET", f"/conversations/{place}/messages?topic={topic}&limit=1").get_json()
    rest = world.call(
        "karim", "GET", f"/conversations/{place}/messages?topic={topic}&cursor={page['next_cursor']}"
    )
    assert [one["body"] for one in rest.get_json()["items"]] == ["le devis est là"]


def test_topics_are_of_who_reads_the_discussion(world: World) -> None:
    _slug, place = discussion(world, "karim")
    elsewhere = discussion_of(world, "sofia")
    foreign = world.say("sofia", elsewhere, "x", new_topic="Ailleurs")["topic"]["id"]
    topic = world.say("amelie", place, "ici", new_topic="Ici")["topic"]["id"]
    direct = world.conversation("amelie", "karim")
    for path in (f"/conversations/{place}/topics", f"/conversations/{place}/messages?topic={topic}"):
        assert world.call("sofia", "GET", path).status_code == 404
    assert world.call("sofia", "POST", f"/conversations/{place}/topics", name="Intruse").status_code == 404
    assert world.call("sofia", "PATCH", f"/topics/{topic}", name="Prise").status_code == 404
    assert bodies(world, "amelie", place, foreign) == 404
    assert world.call("amelie", "POST", f"/conversations/{direct}/topics", name="x").status_code == 404
    for where, said in (
        (place, {"topic_id": foreign}),
        (direct, {"topic_id": topic}),
        (direct, {"new_topic": "x"}),
    ):
        refused = world.call("amelie", "POST", f"/conversations/{where}/messages", body="non", **said)
        assert refused.status_code == 422
    assert topics(world, "amelie", direct) == []
    assert world.bodies("amelie", direct) == []
    for bad in ("", "\u200b", "x" * 61):
        assert world.call("amelie", "POST", f"/conversations/{place}/topics", name=bad).status_code == 422


def test_who_looks_after_the_group_renames_and_closes(small_world: World) -> None:
    world = small_world
    _slug, place = discussion(world, "karim")
    made = world.call("karim", "POST", f"/conversations/{place}/topics", name="Budjet")
    assert (made.status_code, made.get_json()["messages"]) == (201, 0)
    assert world.call("karim", "POST", f"/conversations/{place}/topics", name="budjet").status_code == 200
    world.call("karim", "POST", f"/conversations/{place}/topics", name="Machines")
    path = f"/topics/{made.get_json()['id']}"
    assert world.call("karim", "PATCH", path, closed=True).status_code == 403
    assert world.call("amelie", "PATCH", path, name="machines").status_code == 422
    assert world.call("amelie", "PATCH", path, name="Budget", closed=True).get_json()["name"] == "Budget"
    topic = made.get_json()["id"]
    late = world.call("karim", "POST", f"/conversations/{place}/messages", body="trop tard", topic_id=topic)
    assert (late.status_code, "fermé" in late.text) == (422, True)
    page = get(world, "karim", f"/messages/{place}?topic={topic}")
    assert "Ce sujet est fermé" in page
    assert 'class="chat-write' not in page
    assert world.call("amelie", "PATCH", path, closed=False).get_json()["closed_at"] is None
    world.say("karim", place, "à temps", topic_id=topic)
    (row,) = [one for one in exports.rows(db.db.session(), world.ids["karim"]) if one.get("name") == "Budget"]
    assert row["what"] == "made the topic"
    exports.erase(db.begin_write(), world.ids["karim"])
    db.commit()
    assert db.db.session().get_one(Topic, decode_id(topic)).created_by is None


def test_over_a_socket_it_is_sent_once_told_and_refused_as_by_a_request(world: World) -> None:
    _slug, place = discussion(world, "karim")
    foreign = world.say("sofia", discussion_of(world, "sofia"), "x", new_topic="Ailleurs")["topic"]["id"]
    amelie, karim = Socket(world, "amelie"), Socket(world, "karim")
    line = {"conversation_id": place, "body": "le devis", "client_id": "t-1", "new_topic": " Budget  2027 "}
    made = amelie.ask("message:send", **line)
    topic = made["message"]["topic"]
    assert topic["name"] == "Budget 2027"
    (heard,) = karim.heard("message:new")
    assert (heard["body"], heard["topic"]) == ("le devis", topic)
    assert amelie.ask("message:send", **line) == made  # its answer was lost: sent again, by either way
    assert (
        world.say("amelie", place, "le devis", client_id="t-1", new_topic="Autre")["id"]
        == made["message"]["id"]
    )
    again = karim.ask("message:send", conversation_id=place, body="vu", client_id="t-2", topic_id=topic["id"])
    assert (again["message"]["seq"], again["message"]["topic"]) == (2, topic)
    world.call("amelie", "PATCH", f"/topics/{topic['id']}", closed=True)
    for said in ({"topic_id": topic["id"]}, {"topic_id": foreign}, {"new_topic": "x" * 61}):
        refused = karim.ask("message:send", conversation_id=place, body="non", client_id="t-3", **said)
        assert (refused["error"]["status"], list(refused["error"]["errors"])) == (422, list(said))
    assert topics(world, "karim", place) == [("Budget 2027", 2, True)]
    assert world.say("karim", place, "et après")["seq"] == 3


def test_pages_without_a_script(small_world: World) -> None:
    world = small_world
    slug, place = discussion(world, "karim")
    room = f"/messages/{place}"
    assert post(world, "karim", room, body="bonjour", topic_id="0").status_code == 422
    assert post(world, "karim", room, body="bonjour", topic_id="", new_topic="Oublié").status_code == 303
    assert topics(world, "karim", place) == []
    assert post(world, "karim", room, body="le devis", topic_id="0", new_topic="Budget").status_code == 303
    (one,) = world.call("karim", "GET", f"/conversations/{place}/topics").get_json()["items"]
    sent = post(world, "amelie", room, body="vu", topic_id=one["id"], in_topic=one["id"], back="group")
    assert sent.headers["Location"].endswith(f"/groups/{slug}/discussion?topic={one['id']}#end")
    page = get(world, "karim", f"{room}?topic={one['id']}")
    assert "le devis" in page
    assert "bonjour" not in page.partition("messages-scroll")[2]
    assert f'<a href="?topic={one["id"]}" data-topic="{one["id"]}" aria-current="page">Budget</a>' in page
    listed = f"{room}/topics"
    assert "Fermer le sujet" not in get(world, "karim", listed)
    assert "Fermer le sujet" in get(world, "amelie", listed)
    assert post(world, "karim", f"{listed}/{one['id']}", closed="1").status_code == 403
    assert post(world, "amelie", f"{listed}/{one['id']}", closed="1").status_code == 303
    assert topics(world, "karim", place) == [("Budget", 2, True)]
    get(world, "karim", f"/messages/{world.conversation('amelie', 'karim')}/topics", 404)
