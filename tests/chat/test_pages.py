"""Pages of live discussion without JavaScript: forms that post and answer 303, and what they show to whom."""

import re
from typing import Any

from tests.chat.conftest import World


def post(world: World, name: str, path: str, /, **data: Any) -> Any:
    return world.browser(name).post(path, data=data)


def get(world: World, name: str, path: str, status: int = 200) -> str:
    response = world.browser(name).get(path)
    assert response.status_code == status, response.text[:500]
    return str(response.text)


def unread(html: str) -> str:
    found = re.search(r"data-unread-messages>(\d*)<", html)
    return found[1] if found else "?"


def test_a_conversation_is_begun_and_goes_on_by_forms(small_world: World) -> None:
    world = small_world
    people = get(world, "amelie", "/messages/new?q=kar")
    assert f'value="{world.pid("karim")}"' in people
    refused = post(world, "amelie", "/messages/new", body="Bonjour")
    assert refused.status_code == 422
    begun = post(world, "amelie", "/messages/new", member_ids=[world.pid("karim")], body="Bonjour Karim")
    assert begun.status_code == 303
    path = begun.headers["Location"]
    assert "Bonjour Karim" in get(world, "karim", path)
    assert unread(get(world, "karim", "/messages")) == "1"
    sent = post(world, "karim", path, body="Bonjour **Amélie**")
    assert (sent.status_code, sent.headers["Location"].split("#")[0]) == (303, path)
    page = get(world, "amelie", path)
    assert "<strong>Amélie</strong>" in page
    assert 'id="unread"' in page
    assert unread(get(world, "karim", "/messages")) == ""  # who answers has read
    assert post(world, "amelie", f"{path}/read", seq=2).status_code == 303
    assert unread(get(world, "amelie", "/messages")) == ""
    assert post(world, "amelie", path, body="  ").status_code == 422
    get(world, "sofia", path, 404)
    assert post(world, "sofia", path, body="x").status_code == 404


def test_one_replies_edits_and_deletes_by_forms(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "premier <b>jet</b>")
    path = f"/messages/{place}"
    reply = get(world, "karim", f"{path}?reply={said['id']}")
    assert f'name="reply_to" value="{said["id"]}"' in reply
    post(world, "karim", path, body="d'accord", reply_to=said["id"])
    page = get(world, "amelie", path)
    assert f'data-quote="{said["id"]}"' in page
    assert "<b>jet</b>" not in page
    form = get(world, "amelie", f"{path}?edit={said['id']}")
    assert f'action="{path}/edit/{said["id"]}"' in form
    assert post(world, "karim", f"{path}/edit/{said['id']}", body="à moi").status_code == 403
    assert post(world, "amelie", f"{path}/edit/{said['id']}", body="au propre").status_code == 303
    assert "au propre" in get(world, "karim", path)
    assert post(world, "karim", f"{path}/delete/{said['id']}").status_code == 403
    assert post(world, "amelie", f"{path}/delete/{said['id']}").status_code == 303
    assert "au propre" not in get(world, "karim", path)


def test_older_messages_are_a_link_away_and_a_place_can_be_pointed_at(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    for n in range(1, 121):
        world.say("amelie", place, f"ligne {n}.")
    path = f"/messages/{place}"
    newest = get(world, "karim", f"{path}?newest=1")
    assert "ligne 120." in newest
    assert "ligne 70." not in newest
    assert "?before=71" in newest
    older = get(world, "karim", f"{path}?before=71")
    assert "ligne 70." in older
    assert "?after=70" in older
    around = get(world, "karim", f"{path}?at=60")
    assert all(f"ligne {n}." in around for n in (40, 60, 80))
    assert "ligne 119." not in around


def test_people_come_and_go_by_forms(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim", title="Salon")
    path = f"/messages/{place}"
    world.say("amelie", place, "avant")
    get(world, "sofia", path, 404)
    assert post(world, "karim", f"{path}/people", member_ids=[world.pid("sofia")]).status_code == 303
    world.say("amelie", place, "après")
    page = get(world, "sofia", path)
    assert "après" in page
    assert "avant" not in page
    assert "Sofia Marchetti" in get(world, "karim", f"{path}/people")
    removed = post(world, "karim", f"{path}/people/{world.pid('sofia')}/remove")
    assert removed.status_code == 403  # she was brought in by him, but he did not begin the conversation
    assert post(world, "sofia", f"{path}/people/{world.pid('sofia')}/remove").status_code == 303
    get(world, "sofia", path, 404)
    assert "Salon" not in get(world, "sofia", "/messages")


def test_a_groups_discussion_stands_under_its_head(small_world: World) -> None:
    world = small_world
    slug = world.group("amelie", "karim", name="Potager", visibility="secret")
    path = f"/groups/{slug}/discussion"
    assert "Potager" in get(world, "karim", path)
    discussion = world.call("karim", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    back = post(world, "karim", f"/messages/{discussion}", body="Des tomates ?", back="group")
    assert back.headers["Location"].split("#")[0] == path
    assert "Des tomates" in get(world, "amelie", path)
    assert "Potager" in get(world, "amelie", "/messages")
    get(world, "sofia", path, 404)
    get(world, "sofia", f"/messages/{discussion}", 404)
    assert "Potager" not in get(world, "sofia", "/messages")


def test_the_list_is_searched_by_name(small_world: World) -> None:
    world = small_world
    world.conversation("amelie", "karim")
    world.conversation("amelie", "sofia", "thomas", title="Marque")
    assert "Karim" in get(world, "amelie", "/messages?q=benal")
    assert "Marque" not in get(world, "amelie", "/messages?q=benal")
    assert "Marque" in get(world, "amelie", "/messages?q=thomas")
    assert "Marque" in get(world, "amelie", "/messages?q=marq")


def test_the_page_asks_for_the_same_number_of_queries_however_long(small_world: World) -> None:
    from sqlalchemy import event

    from rse.core import db

    world = small_world
    place = world.conversation("amelie", "karim")
    counts = []
    get(world, "karim", f"/messages/{place}")  # what the process remembers of the company is read once
    for size in (5, 60):
        for n in range(size):
            world.say(("amelie", "karim")[n % 2], place, f"{size}.{n}")
        world.conversation("karim", "sofia", title=f"autre {size}")
        seen: list[str] = []

        def listen(*args: Any, seen: list[str] = seen) -> None:
            seen.append(args[2])

        event.listen(db.db.engine, "before_cursor_execute", listen)
        get(world, "karim", f"/messages/{place}")
        event.remove(db.db.engine, "before_cursor_execute", listen)
        counts.append(len([s for s in seen if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 16, counts


def test_counts_can_be_asked_where_sockets_are_blocked(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    world.say("amelie", place, "un")
    world.say("amelie", place, "deux")
    assert world.call("karim", "GET", "/me/unread").get_json() == {"messages": 2, "notifications": 0}
    world.call("karim", "PUT", f"/conversations/{place}/read", seq=2)
    assert world.call("karim", "GET", "/me/unread").get_json()["messages"] == 0
