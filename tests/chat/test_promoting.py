"""A message becomes a post: one's own at once, another's when its author accepts, and never before."""

import re

from rse.chat import exports
from rse.core import db, jobs
from tests.chat.conftest import World
from tests.chat.test_pages import get, post


def posts(world: World, name: str) -> list[tuple[str, str, str]]:
    found = world.call(name, "GET", "/feed").get_json()["items"]
    return [(one["author"]["uid"], one["kind"], one["body"]) for one in found]


def test_nothing_is_published_before_its_author_accepts(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "Comment calibrer le banc ?")
    page = f"/messages/{place}/on/{said['id']}/promote"
    assert "Comment calibrer" in get(world, "karim", page)
    get(world, "sofia", page, 404)
    assert post(world, "sofia", page, kind="question").status_code == 404
    assert post(world, "karim", page, kind="poll").status_code == 422
    assert post(world, "karim", page, kind="question").status_code == 303
    post(world, "karim", page, kind="question")  # once is enough
    jobs.drain()
    assert posts(world, "karim") == []
    (told,) = world.call("amelie", "GET", "/notifications").get_json()["items"]
    answer = "/" + told["url"].split("/", 1)[1]
    assert re.fullmatch(r"/messages/promotions/[0-9a-z]+", answer)
    for name in ("karim", "sofia"):
        get(world, name, answer, 404)
        assert post(world, name, answer, kind="question", body="à sa place").status_code == 404
    form = get(world, "amelie", answer)
    assert "Karim Benali" in form
    assert post(world, "amelie", answer, kind="question", body=" ").status_code == 422
    wrong = post(world, "amelie", answer, kind="question", body="x", group="nulle-part")
    assert (wrong.status_code, posts(world, "karim")) == (422, [])
    done = post(world, "amelie", answer, kind="question", title="Calibrer", body="Comment calibrer un banc ?")
    assert done.status_code == 303
    assert done.headers["Location"].startswith("/posts/")
    assert posts(world, "sofia") == [("amelie.rousseau", "question", "Comment calibrer un banc ?")]
    assert post(world, "amelie", answer, kind="question", body="encore").status_code == 404
    jobs.drain()
    urls = [one["url"] for one in world.call("karim", "GET", "/notifications").get_json()["items"]]
    assert any(url.endswith(done.headers["Location"]) for url in urls)
    rows = [row["what"] for row in exports.rows(db.db.session(), world.ids["karim"])]
    assert rows == ["asked to make a post of"]


def test_who_refuses_is_not_asked_again(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "Entre nous")
    page = f"/messages/{place}/on/{said['id']}/promote"
    post(world, "karim", page, kind="message")
    jobs.drain()
    (told,) = world.call("amelie", "GET", "/notifications").get_json()["items"]
    answer = "/" + told["url"].split("/", 1)[1]
    assert post(world, "amelie", answer, answer="refuse").status_code == 303
    assert "préfère ne pas publier" in get(world, "karim", page)
    post(world, "karim", page, kind="message")
    jobs.drain()
    assert len(world.call("amelie", "GET", "/notifications").get_json()["items"]) == 1
    assert posts(world, "karim") == []
    world.call("amelie", "DELETE", f"/messages/{said['id']}")
    get(world, "amelie", answer, 404)
    get(world, "karim", page, 404)


def test_ones_own_message_is_published_at_once(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, "Le banc est prêt")
    page = f"/messages/{place}/on/{said['id']}/promote"
    assert "Le banc est prêt</textarea>" in get(world, "amelie", page)
    assert post(world, "amelie", page, kind="message", body="Le banc est prêt !").status_code == 303
    assert posts(world, "sofia") == [("amelie.rousseau", "message", "Le banc est prêt !")]


def test_programs_ask_accept_and_refuse(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim", "sofia")
    said = world.say("amelie", place, "Comment calibrer le banc ?")
    path = f"/messages/{said['id']}/promotion"
    assert world.call("ines", "POST", path, kind="question").status_code == 404
    assert world.call("amelie", "POST", path, kind="question").status_code == 422
    made = world.call("karim", "POST", path, kind="question")
    assert (made.status_code, made.get_json()["state"]) == (201, "asked")
    asked = "/promotions/" + made.get_json()["id"]
    again = world.call("karim", "POST", path, kind="message")
    assert (again.status_code, again.get_json()["id"]) == (200, made.get_json()["id"])
    for name, role, number in (("amelie", "author", 1), ("karim", "asker", 1), ("karim", "author", 0)):
        items = world.call(name, "GET", f"/promotions?role={role}").get_json()["items"]
        assert len(items) == number
    assert world.call("sofia", "GET", asked).status_code == 404
    for name in ("karim", "sofia"):
        assert world.call(name, "POST", asked + "/post", kind="question").status_code == 404
        assert world.call(name, "PUT", asked + "/refusal").status_code == 404
    assert world.call("karim", "POST", f"/messages/{said['id']}/post", kind="message").status_code == 404
    assert world.call("amelie", "POST", asked + "/post", kind="message", body="\u200b").status_code == 422
    assert world.call("amelie", "POST", asked + "/post", kind="poll").status_code == 422
    assert posts(world, "karim") == []
    done = world.call("amelie", "POST", asked + "/post", kind="question", title="Calibrer")
    assert (done.status_code, done.get_json()["body"]) == (201, "Comment calibrer le banc ?")
    answered = world.call("karim", "GET", asked).get_json()
    assert (answered["state"], answered["post_id"]) == ("accepted", done.get_json()["id"])
    assert world.call("amelie", "POST", asked + "/post", kind="message").status_code == 404
    assert len(posts(world, "ines")) == 1


def test_a_program_publishes_ones_own_and_shows_a_post_to_its_readers_only(small_world: World) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    own = world.say("amelie", place, "Le banc est prêt")
    done = world.call("amelie", "POST", f"/messages/{own['id']}/post", kind="message", tags=["banc"])
    assert (done.status_code, done.get_json()["tags"]) == (201, ["banc"])
    slug = world.group("amelie", name="Cercle", visibility="secret")
    other = world.say("amelie", place, "Entre nous")
    made = world.call("karim", "POST", f"/messages/{other['id']}/promotion", kind="message").get_json()
    path = f"/promotions/{made['id']}"
    assert world.call("amelie", "POST", path + "/post", kind="message", group=slug).status_code == 201
    shown = world.call("karim", "GET", path).get_json()
    assert (shown["state"], shown["post_id"]) == ("accepted", None)
    third = world.say("amelie", place, "Rien")
    made = world.call("karim", "POST", f"/messages/{third['id']}/promotion", kind="message").get_json()
    assert world.call("amelie", "PUT", f"/promotions/{made['id']}/refusal").status_code == 204
    assert world.call("karim", "GET", f"/promotions/{made['id']}").get_json()["state"] == "refused"
    world.call("amelie", "DELETE", f"/messages/{third['id']}")
    assert world.call("karim", "GET", f"/promotions/{made['id']}").status_code == 404
