"""A message shows what is behind its first link: read by the worker, told as an event, gone when its author says so."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from rse.chat import previews_live
from rse.core import clock, company, db, jobs, outside
from rse.feed import attaching
from rse.files import previewing
from rse.files.models import LinkPreview
from tests.chat.conftest import Socket, World
from tests.chat.test_pages import get, post

HTML = b"<html><head><title>Un pont &lt;b&gt;neuf&lt;/b&gt;</title><meta name=description content='A Lyon'></head></html>"
URL = "https://example.org/pont"
Asked = list[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The addresses that were asked; each answers with the same page, but those that say nothing."""
    found: Asked = []

    def fetch(url: str, **_given: Any) -> outside.Answer:
        found.append(url)
        if "mute" in url:
            raise outside.NotAsked("it answers 404")
        return outside.Answer(url, "text/html", "utf-8", HTML)

    monkeypatch.setattr(outside, "fetch", fetch)
    return found


def work(asked: Asked) -> None:
    """Do what the worker does: relay, then read the pages that nobody has read."""
    jobs.drain()
    new = select(LinkPreview.id).where(LinkPreview.title == "", LinkPreview.url.not_in(asked))
    for preview_id in db.session().scalars(new).all():
        previewing.read(preview_id)


def shown(world: World, name: str, message: str) -> str | None:
    link = world.call(name, "GET", f"/messages/{message}").get_json()["link_preview"]
    return link and link["title"]


def kinds(world: World, name: str, place: str, after: int) -> list[tuple[str, bool]]:
    items = world.call(name, "GET", f"/conversations/{place}/events?after={after}").get_json()["items"]
    return [(one["event"], bool(one.get("link_preview"))) for one in items]


def test_it_comes_after_the_message_and_who_catches_up_sees_it(world: World, asked: Asked) -> None:
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, f"Voir {URL}")
    assert (said["link_preview"], asked) == (None, [])
    pos = world.call("karim", "GET", f"/conversations/{place}").get_json()["pos"]
    work(asked)
    assert shown(world, "karim", said["id"]) == "Un pont <b>neuf</b>"
    assert kinds(world, "karim", place, pos) == [("message:edited", True)]
    read = world.call("karim", "GET", f"/messages/{said['id']}").get_json()
    assert read["edited_at"] is None
    page = get(world, "karim", f"/messages/{place}")
    assert 'class="link-preview"' in page
    assert "Un pont &lt;b&gt;neuf&lt;/b&gt;" in page
    again = world.say("karim", place, f"Encore {URL}")
    silent = world.say("karim", place, "https://example.org/mute")
    inside = world.say("karim", place, "http://localhost/groups")
    work(asked)
    assert asked == [URL, "https://example.org/mute"]
    assert shown(world, "amelie", again["id"]) == "Un pont <b>neuf</b>"
    assert (shown(world, "amelie", silent["id"]), shown(world, "amelie", inside["id"])) == (None, None)
    world.call("karim", "DELETE", f"/messages/{again['id']}")
    assert shown(world, "amelie", again["id"]) is None


def test_open_pages_are_told(world: World, socket_of: Callable[..., Socket], asked: Asked) -> None:
    place = world.conversation("amelie", "karim")
    previews_live.watch.waiting.clear()
    karim = socket_of("karim")
    world.say("amelie", place, "sans lien")
    assert previews_live.watch.waiting == {}
    sent = socket_of("amelie").ask("message:send", conversation_id=place, body=f"Voir {URL}", client_id="s-1")
    said = sent["message"]
    karim.heard()
    previews_live.watch.look(set())
    assert karim.heard() == []
    work(asked)
    previews_live.watch.look(set())
    (told,) = karim.heard()
    assert (told["event"], told["id"]) == ("message:edited", said["id"])
    assert told["link_preview"]["title"] == "Un pont <b>neuf</b>"
    assert told["pos"] == world.call("karim", "GET", f"/conversations/{place}").get_json()["pos"]
    previews_live.watch.look(set())
    assert karim.heard() == []
    assert previews_live.watch.waiting == {}


def test_its_author_takes_it_away_for_good(small_world: World, asked: Asked) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, f"Voir {URL}")
    work(asked)
    path = f"/messages/{said['id']}/link-preview"
    assert world.call("karim", "DELETE", path).status_code == 403
    assert world.call("sofia", "DELETE", path).status_code == 404
    menu = f"/messages/{place}/on/{said['id']}"
    assert "Retirer l’aperçu" in get(world, "amelie", menu)
    assert "Retirer l’aperçu" not in get(world, "karim", menu)
    assert post(world, "karim", menu + "/preview").status_code == 403
    assert post(world, "amelie", menu + "/preview").status_code == 303
    assert shown(world, "karim", said["id"]) is None
    world.call("amelie", "PATCH", f"/messages/{said['id']}", body=f"Voir vraiment {URL}")
    work(asked)
    assert shown(world, "karim", said["id"]) is None


def test_it_follows_what_the_message_says(small_world: World, asked: Asked) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, f"Voir {URL}")
    work(asked)
    path = f"/messages/{said['id']}"
    assert world.call("amelie", "PATCH", path, body=f"Lisez {URL}").get_json()["link_preview"] is not None
    assert world.call("amelie", "PATCH", path, body="Rien").get_json()["link_preview"] is None
    world.call("amelie", "PATCH", path, body="Voir https://example.org/autre")
    work(asked)
    assert shown(world, "karim", said["id"])
    assert asked == [URL, "https://example.org/autre"]
    company.put(db.begin_write(), "features_off", ["previews"])
    db.commit()
    company.forget(db.session())
    other = world.say("amelie", place, "https://example.org/secret")
    work(asked)
    assert shown(world, "karim", other["id"]) is None
    assert asked[2:] == []


def test_what_a_message_shows_is_kept(small_world: World, asked: Asked) -> None:
    world = small_world
    place = world.conversation("amelie", "karim")
    said = world.say("amelie", place, f"Voir {URL}")
    work(asked)
    for left in (0, 1):
        assert attaching.forget_links(db.begin_write(), clock.now(), 10) == left
        db.commit()
        world.call("amelie", "DELETE", f"/messages/{said['id']}")
    assert db.session().scalar(select(func.count(LinkPreview.id))) == 0
