"""Messages over REST: numbers without a gap, sent once, edited, deleted, read, caught up with."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from rse.chat import tasks
from rse.chat.models import ConversationEvent
from rse.core import clock, db, retention
from tests.chat.conftest import World

pytestmark = pytest.mark.postgres


def test_the_same_people_find_their_conversation_again(world: World) -> None:
    one = world.conversation("amelie", "karim")
    assert world.conversation("karim", "amelie") == one
    assert world.conversation("amelie", "karim", "sofia") != one
    assert world.conversation("amelie", "karim", title="Budget") != one
    assert world.call("sofia", "GET", f"/conversations/{one}").status_code == 404


def test_a_message_has_the_agreed_shape(world: World) -> None:
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "Bonjour **Karim**, @sofia.marchetti n'est pas là", client_id="c-1")
    assert list(said) == [
        "id", "conversation_id", "seq", "author", "body", "body_html", "client_id", "created_at", "edited_at",
        "deleted_at", "reply_to", "reactions", "pinned_at", "thread_id", "thread_replies", "replies", "replied_at",
        "attachments", "link_preview", "topic",
    ]  # fmt: skip
    assert (said["seq"], said["conversation_id"], said["client_id"]) == (1, place, "c-1")
    assert said["author"]["uid"] == "amelie.rousseau"
    assert "<strong>Karim</strong>" in said["body_html"]
    assert "mention" not in said["body_html"]  # she does not read this conversation
    assert said["created_at"].endswith("Z")
    assert said["edited_at"] is said["deleted_at"] is said["reply_to"] is None
    reply = world.say("karim", place, "Oui @amelie.rousseau", reply_to=said["id"])
    assert (reply["seq"], reply["reply_to"]) == (2, said["id"])
    assert 'class="mention"' in reply["body_html"]


def test_the_same_client_id_is_the_same_message(world: World) -> None:
    place = world.conversation("amelie", "karim")
    first = world.say("amelie", place, "une fois", client_id="x")
    again = world.say("amelie", place, "une fois", client_id="x")
    assert again == first
    assert world.say("karim", place, "à moi", client_id="x")["seq"] == 2
    assert world.say("amelie", place, "suite", client_id="y")["seq"] == 3
    other = world.conversation("amelie", "sofia")
    refused = world.call("amelie", "POST", f"/conversations/{other}/messages", body="x", client_id="x")
    assert refused.status_code == 422
    assert "client_id" in refused.get_json()["errors"]
    assert world.say("amelie", other, "premier")["seq"] == 1


def test_history_goes_both_ways(world: World) -> None:
    place = world.conversation("amelie", "karim")
    for n in range(1, 8):
        world.say("amelie", place, f"m{n}")
    page = world.call("karim", "GET", f"/conversations/{place}/messages?limit=3").get_json()
    assert [m["seq"] for m in page["items"]] == [5, 6, 7]
    older = world.call(
        "karim", "GET", f"/conversations/{place}/messages?limit=3&cursor={page['next_cursor']}"
    ).get_json()
    assert [m["seq"] for m in older["items"]] == [2, 3, 4]
    before = world.call("karim", "GET", f"/conversations/{place}/messages?before_seq=3").get_json()
    assert [m["seq"] for m in before["items"]] == [1, 2]
    assert before["next_cursor"] is None
    after = world.call("karim", "GET", f"/conversations/{place}/messages?after_seq=2&limit=2").get_json()
    assert [m["seq"] for m in after["items"]] == [3, 4]
    rest = world.call(
        "karim", "GET", f"/conversations/{place}/messages?limit=9&cursor={after['next_cursor']}"
    ).get_json()
    assert [m["seq"] for m in rest["items"]] == [5, 6, 7]


def test_only_its_author_changes_a_message_and_a_trace_stays(world: World) -> None:
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "brouillon")
    path = f"/messages/{said['id']}"
    assert world.call("karim", "PATCH", path, body="autre").status_code == 403
    assert world.call("sofia", "PATCH", path, body="autre").status_code == 404
    edited = world.call("amelie", "PATCH", path, body="au *propre*").get_json()
    assert edited["body"] == "au *propre*"
    assert edited["edited_at"]
    assert world.call("karim", "DELETE", path).status_code == 403
    assert world.call("amelie", "DELETE", path).status_code == 204
    assert world.call("amelie", "DELETE", path).status_code == 204
    gone = world.call("karim", "GET", path).get_json()
    assert (gone["seq"], gone["body"], gone["body_html"]) == (1, "", "")
    assert gone["deleted_at"]
    assert world.call("amelie", "PATCH", path, body="encore").status_code == 404
    assert world.say("karim", place, "suivant")["seq"] == 2


def test_who_was_away_gets_what_happened_and_no_more(world: World) -> None:
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "un")
    start = world.call("karim", "GET", f"/conversations/{place}").get_json()["pos"]
    world.call("amelie", "PATCH", f"/messages/{said['id']}", body="un, corrigé")
    world.say("amelie", place, "deux")
    world.call("karim", "PUT", f"/conversations/{place}/read", seq=2)
    missed = world.call("karim", "GET", f"/conversations/{place}/events?after={start}").get_json()
    assert [(e["event"], e["pos"]) for e in missed["items"]] == [
        ("message:edited", start + 1),
        ("message:new", start + 2),
        ("conversation:read", start + 3),
    ]
    assert missed["items"][0]["body"] == "un, corrigé"
    assert missed["items"][2]["person_id"] == world.pid("karim")
    assert (missed["reset"], missed["pos"], missed["more"]) == (False, start + 3, False)
    part = world.call("karim", "GET", f"/conversations/{place}/events?after={start}&limit=1").get_json()
    assert (part["pos"], part["more"], len(part["items"])) == (start + 1, True, 1)


def test_events_are_kept_seven_days(world: World) -> None:
    place = world.conversation("amelie", "karim")
    world.say("amelie", place, "vieux")
    session = db.begin_write()
    session.execute(update(ConversationEvent).values(at=clock.now() - timedelta(days=7, minutes=1)))
    db.commit()
    world.say("amelie", place, "neuf")
    retention.step(db.begin_write(), tasks.EVENTS, 500)
    db.commit()
    path = f"/conversations/{place}/events?after="
    assert world.call("karim", "GET", path + "0").get_json()["reset"] is True
    fresh = world.call("karim", "GET", path + "1").get_json()
    assert [e["body"] for e in fresh["items"]] == ["neuf"]
    assert world.call("karim", "GET", path + "2").get_json() == {
        "reset": False, "items": [], "pos": 2, "more": False,
    }  # fmt: skip
    assert world.call("karim", "GET", path + "3").get_json()["reset"] is True  # from another life


def test_unread_counts_follow_reading(world: World) -> None:
    place = world.conversation("amelie", "karim")
    for n in range(3):
        world.say("amelie", place, f"m{n}")
    mine = world.call("karim", "GET", "/conversations").get_json()["items"]
    assert [(c["id"], c["unread"], c["last_message"]["body"]) for c in mine] == [(place, 3, "m2")]
    assert world.call("karim", "PUT", f"/conversations/{place}/read", seq=2).get_json() == {"seq": 2}
    assert world.call("karim", "PUT", f"/conversations/{place}/read", seq=1).get_json() == {"seq": 2}
    assert world.call("karim", "PUT", f"/conversations/{place}/read", seq=99).get_json() == {"seq": 3}
    assert world.call("amelie", "GET", f"/conversations/{place}").get_json()["unread"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \n "}, "body"),
        ({"body": "x" * 8001}, "body"),
        ({"body": "x\x00"}, "body"),
        ({"body": "x", "client_id": "a b"}, "client_id"),
        ({"body": "x", "client_id": "a" * 65}, "client_id"),
        ({"body": "x", "seq": 7}, "seq"),
        ({"body": "x", "reply_to": "!"}, "reply_to"),
        ({"body": "x", "reply_to": "zz"}, "reply_to"),
    ],
)
def test_bad_input_names_its_field_and_takes_no_number(
    small_world: World, body: dict[str, object], field: str
) -> None:
    place = small_world.conversation("amelie", "karim")
    refused = small_world.call("amelie", "POST", f"/conversations/{place}/messages", **body)
    assert refused.status_code == 422
    assert list(refused.get_json()["errors"]) == [field]
    assert small_world.say("amelie", place, "ok")["seq"] == 1
