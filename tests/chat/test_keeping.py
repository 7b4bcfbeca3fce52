"""Messages pinned for all, kept by one, reacted to, unread again: by forms, programs and sockets."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rse.chat import exports, keeping
from rse.chat.models import Message
from rse.core import db
from tests.chat.conftest import Socket, World
from tests.chat.test_pages import get, post, unread

Opens = Callable[..., Socket]


@pytest.mark.postgres
def test_a_pin_is_for_everybody_and_a_kept_message_for_one(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim", title="Salon")
    said = [world.say("amelie", place, f"m{n}") for n in range(3)]
    karim = socket_of("karim")
    pinned = world.call("amelie", "PUT", f"/messages/{said[1]['id']}/pin")
    assert pinned.status_code == 200
    assert pinned.get_json()["pinned_at"]
    (told,) = karim.heard()
    assert (told["event"], told["pos"], told["id"]) == ("message:pinned", 4, said[1]["id"])
    assert world.call("amelie", "PUT", f"/messages/{said[1]['id']}/pin").status_code == 200  # once is enough
    assert karim.heard() == []
    listed = world.call("karim", "GET", f"/conversations/{place}/pinned").get_json()["items"]
    assert [m["body"] for m in listed] == ["m1"]
    for path in (f"/conversations/{place}/pinned", f"/messages/{said[1]['id']}"):
        assert world.call("sofia", "GET", path).status_code == 404
    for what in ("pin", "saved", "reactions/thanks"):
        for method in ("PUT", "DELETE"):
            assert world.call("sofia", method, f"/messages/{said[1]['id']}/{what}").status_code == 404
    assert world.call("karim", "PUT", f"/messages/{said[2]['id']}/saved").get_json()["mine"]["saved"]
    assert karim.heard() == []
    kept = world.call("karim", "GET", "/saved-messages").get_json()["items"]
    assert [m["body"] for m in kept] == ["m2"]
    assert world.call("amelie", "GET", "/saved-messages").get_json()["items"] == []
    seen = world.call("amelie", "GET", f"/conversations/{place}/messages").get_json()["items"]
    assert [m["mine"]["saved"] for m in seen] == [False] * 3
    # Who comes later without history sees no pin of before, who leaves keeps nothing of it.
    world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}")
    assert world.call("sofia", "GET", f"/conversations/{place}/pinned").get_json()["items"] == []
    world.call("karim", "DELETE", f"/conversations/{place}/members/{world.pid('karim')}")
    assert world.call("karim", "GET", "/saved-messages").get_json()["items"] == []
    assert world.call("karim", "PUT", f"/messages/{said[0]['id']}/saved").status_code == 404
    world.call("amelie", "DELETE", f"/messages/{said[1]['id']}")
    assert world.call("amelie", "GET", f"/conversations/{place}/pinned").get_json()["items"] == []
    assert world.call("amelie", "PUT", f"/messages/{said[1]['id']}/pin").status_code == 404


@pytest.mark.postgres
def test_signs_are_counted_once_for_each_and_told(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim", "sofia")
    said = world.say("amelie", place, "C'est fini !")
    amelie = socket_of("amelie")
    path = f"/messages/{said['id']}/reactions"
    given = world.call("karim", "PUT", f"{path}/celebrate").get_json()
    assert (given["reactions"], given["mine"]["reactions"]) == ({"celebrate": 1}, ["celebrate"])
    world.call("karim", "PUT", f"{path}/celebrate")
    world.call("sofia", "PUT", f"{path}/celebrate")
    world.call("sofia", "PUT", f"{path}/agree")
    told = amelie.heard()
    assert [(e["event"], e["pos"], e["on"]) for e in told] == [
        ("message:reaction", n, True) for n in (2, 3, 4)
    ]
    assert told[-1]["reactions"] == {"agree": 1, "celebrate": 2}
    assert told[-1]["person_id"] == world.pid("sofia")
    after = world.call("sofia", "DELETE", f"{path}/celebrate").get_json()
    assert after["reactions"] == {"agree": 1, "celebrate": 1}
    refused = world.call("sofia", "PUT", f"{path}/hate")
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["name"])
    missed = world.call("amelie", "GET", f"/conversations/{place}/events?after=4").get_json()["items"]
    assert [(e["event"], e["name"], e["on"]) for e in missed] == [("message:reaction", "celebrate", False)]
    session = db.begin_write()
    exported = list(exports.rows(session, world.ids["sofia"]))
    assert [(row["what"], row["name"]) for row in exported] == [("reaction", "agree")]
    exports.erase(session, world.ids["sofia"])
    db.commit()
    assert world.call("amelie", "GET", f"/messages/{said['id']}").get_json()["reactions"] == {"celebrate": 1}


@pytest.mark.postgres
def test_what_was_read_can_be_unread_again_for_oneself_only(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim")
    for n in range(4):
        world.say("amelie", place, f"m{n}")
    world.call("karim", "PUT", f"/conversations/{place}/read", seq=4)
    karim, amelie = socket_of("karim"), socket_of("amelie")
    assert world.call("karim", "PUT", f"/conversations/{place}/unread", seq=3).get_json() == {"seq": 2}
    (told,) = karim.heard()
    assert (told["event"], told["seq"], told["back"]) == ("conversation:read", 2, True)
    assert "pos" not in told
    assert amelie.heard() == []
    assert unread(get(world, "karim", "/messages")) == "2"
    assert world.call("karim", "PUT", f"/conversations/{place}/unread", seq=4).get_json() == {"seq": 2}
    assert world.call("sofia", "PUT", f"/conversations/{place}/unread", seq=1).status_code == 404
    wrong = world.call("karim", "PUT", f"/conversations/{place}/unread", seq=0)
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["seq"])


def test_all_of_it_goes_by_forms(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "Le code du portail")
    on = f"/messages/{place}/on/{said['id']}"
    menu = get(world, "karim", on)
    assert all(f'action="{on}/{what}"' in menu for what in ("react", "pin", "save", "unread"))
    assert f"/delete/{said['id']}" not in menu
    fragment = world.browser("karim").get(on, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    for path, data in (("react", {"name": "thanks"}), ("pin", {"on": "1"}), ("save", {"on": "1"})):
        done = post(world, "karim", f"{on}/{path}", **data)
        assert (done.status_code, done.headers["Location"]) == (303, f"/messages/{place}?at=1")
    room = get(world, "karim", f"/messages/{place}")
    assert 'data-signs="thanks"' in room
    assert re.search(r'class="keep" title', room)
    other = get(world, "amelie", f"/messages/{place}")
    assert 'data-signs=""' in other
    assert re.search(r'class="keep" hidden', other)
    assert "Le code du portail" in get(world, "amelie", f"/messages/{place}/pinned")
    there = f'href="/messages/{place}?at=1"'
    assert there in get(world, "karim", "/messages/saved")
    assert there not in get(world, "amelie", "/messages/saved")
    back = post(world, "karim", f"{on}/save", on="0", back="saved")
    assert back.headers["Location"] == "/messages/saved"
    assert there not in get(world, "karim", "/messages/saved")
    post(world, "karim", f"{on}/react", name="thanks")
    assert 'class="reacts"' not in get(world, "karim", f"/messages/{place}")
    assert post(world, "karim", f"{on}/react", name="x").status_code == 422
    assert post(world, "karim", f"{on}/pin").status_code == 422
    elsewhere = world.conversation("karim", "sofia")
    wrong = on.replace(place, elsewhere)
    for path in ("", "/react", "/pin", "/save", "/unread"):
        answer = world.browser("karim").open(wrong + path, method="POST" if path else "GET", data={"on": "1"})
        assert answer.status_code == 404
        assert world.browser("sofia").open(on + path, method="POST" if path else "GET").status_code == 404
    assert post(world, "karim", f"{on}/unread").status_code == 303
    assert unread(get(world, "karim", "/messages")) == "1"


def test_a_conversation_pins_so_many(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = small_world
    monkeypatch.setattr(keeping, "MOST_PINNED", 1)
    place = world.conversation("amelie", "karim")
    first, second = (world.say("amelie", place, text)["id"] for text in ("un", "deux"))
    world.call("amelie", "PUT", f"/messages/{first}/pin")
    full = world.call("amelie", "PUT", f"/messages/{second}/pin")
    assert (full.status_code, list(full.get_json()["errors"])) == (422, ["pin"])
    world.call("karim", "DELETE", f"/messages/{first}/pin")
    assert world.call("amelie", "PUT", f"/messages/{second}/pin").status_code == 200


def test_who_only_reads_a_group_keeps_but_does_not_pin(small_world: World) -> None:
    world = small_world
    slug = world.group("amelie", "karim", visibility="open")
    place = world.call("amelie", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    said = world.say("amelie", place, "Réunion lundi")["id"]
    world.call("amelie", "PATCH", f"/groups/{slug}", archived=True)
    refused = [world.call("sofia", "PUT", f"/messages/{said}/{what}") for what in ("pin", "reactions/agree")]
    assert [one.status_code for one in refused] == [403, 403]
    assert world.call("sofia", "PUT", f"/messages/{said}/saved").status_code == 200


def test_a_page_opens_at_the_first_unread_and_goes_to_a_day(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    world.many("amelie", place, 130)
    session = db.begin_write()
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for message in session.scalars(select(Message)):
        message.at = first + timedelta(days=message.seq // 30)
    db.commit()
    world.call("karim", "PUT", f"/conversations/{place}/read", seq=40)
    page = get(world, "karim", f"/messages/{place}")
    assert 'id="unread"' in page
    assert all(f"ligne {n}." in page for n in (35, 41, 60))
    assert "<p>ligne 130.</p>" not in page
    newest = get(world, "karim", f"/messages/{place}?newest=1")
    assert "<p>ligne 130.</p>" in newest
    assert "ligne 41." not in newest
    day = get(world, "karim", f"/messages/{place}?date=2026-03-05")
    assert 'data-at="90"' in day
    assert "ligne 90." in day
    assert 'data-at="1"' in get(world, "karim", f"/messages/{place}?date=1999-12-31")
    assert 'data-at="130"' in get(world, "karim", f"/messages/{place}?date=2999-12-31")
    assert world.browser("karim").get(f"/messages/{place}?date=hier").status_code == 422
    assert world.browser("sofia").get(f"/messages/{place}?date=2026-03-05").status_code == 404
