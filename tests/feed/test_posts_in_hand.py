"""Closing, pinning and moving a post: who may, what follows it, and who does not see it any more."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from rse.core import db, jobs
from rse.core.feature import Registry
from rse.core.model import decode_id
from rse.feed import pinning
from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def comment(browser: Any, key: str, body: str = "D’accord") -> Any:
    return browser.post(f"/api/v1/posts/{key}/comments", json={"body": body})


def kinds(browser: Any) -> list[str]:
    jobs.drain()
    return [one["kind"] for one in browser.get("/api/v1/notifications").json["items"]]


def test_a_closed_discussion_says_who_and_why(any_app: Flask, browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    assert comment(browse("karim"), key).status_code == 201
    assert browse("karim").post(f"/posts/{key}/close", data={"reason": "x"}).status_code == 403
    assert browse("karim").get(f"/posts/{key}/manage").status_code == 404
    said = {"reason": "La décision est prise."}
    assert browse("amelie").post(f"/posts/{key}/close", data=said).status_code == 303
    page = browse("karim").get(f"/posts/{key}").text
    assert "Amélie Rousseau a clos cette discussion." in page
    assert "La décision est prise." in page
    assert 'id="comment-form"' not in page
    refused = comment(browse("karim"), key)
    assert refused.status_code == 403
    assert "La décision est prise." in refused.json["detail"]
    assert browse("thomas").post(f"/posts/{key}/close", data={"on": "0"}).status_code == 303  # a moderator
    assert comment(browse("karim"), key).status_code == 201


def test_moderators_pin_a_few_posts_at_the_top_of_their_group(
    any_app: Flask, browse: Browse, make_group: Any
) -> None:
    slug = make_group("Projet", "amelie", "karim")
    keys = [publish(browse("karim"), f"texte {n}", group=slug)["id"] for n in range(pinning.MOST + 1)]
    assert browse("karim").post(f"/posts/{keys[0]}/pin", data={"on": "1"}).status_code == 403
    for key in keys[:-1]:
        assert browse("amelie").post(f"/posts/{key}/pin", data={"on": "1"}).status_code == 303
    assert browse("amelie").post(f"/posts/{keys[-1]}/pin", data={"on": "1"}).status_code == 422
    page = browse("sofia").get(f"/groups/{slug}").text
    assert page.count("texte 0") == 2
    browse("amelie").post(f"/posts/{keys[0]}/pin", data={"on": "0"})
    assert browse("sofia").get(f"/groups/{slug}").text.count("texte 0") == 1
    alone = publish(browse("amelie"))["id"]
    assert browse("amelie").post(f"/posts/{alone}/pin", data={"on": "1"}).status_code == 403


def test_what_hangs_on_a_post_moves_with_it(any_app: Flask, browse: Browse, make_group: Any) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    key = publish(browse("amelie"), "un plan pour tous @sofia.marchetti", title="Plan")["id"]
    said = comment(browse("karim"), key, "noté @claire.dupont").json["id"]
    browse("sofia").put(f"/api/v1/posts/{key}/reactions/thanks")
    browse("sofia").post(f"/posts/{key}/bookmark")
    assert kinds(browse("sofia")) == ["mention"]
    kind = browse("amelie").post(f"/posts/{key}/move", data={"group": slug})
    assert kind.status_code == 422
    assert "Claire Dupont et Sofia Marchetti sont mentionnés" in kind.text
    assert browse("sofia").get(f"/posts/{key}").status_code == 200
    assert (
        browse("amelie").post(f"/posts/{key}/move", data={"group": slug, "sure": "true"}).status_code == 303
    )
    for path in (f"/posts/{key}", f"/posts/{key}/card", f"/comments/{said}", f"/posts/{key}/history"):
        assert browse("sofia").get(path).status_code == 404
        assert browse("karim").get(path).status_code < 400
    assert kinds(browse("sofia")) == kinds(browse("claire")) == []
    assert kinds(browse("amelie")) == ["comment"]
    for path in ("/", "/saved", "/search?q=plan", "/api/v1/feed"):
        assert "un plan pour tous" not in browse("sofia").get(path).text
    assert key in browse("karim").get(f"/api/v1/groups/{slug}/posts").text
    assert browse("karim").get(f"/api/v1/posts/{key}").json["mentions"] == []
    registry: Registry = any_app.extensions["rse_registry"]
    source = next(one for one in registry.all("index") if one.kind == "comment")
    (document,) = source.load(db.session(), [decode_id(said)])
    assert document.audience.startswith("group:")
    db.rollback()


def test_what_was_written_for_members_stays_with_them(
    any_app: Flask, browse: Browse, make_group: Any
) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    key = publish(browse("karim"), "entre nous", group=slug)["id"]
    assert (
        browse("amelie").post(f"/posts/{key}/move", data={}).status_code == 422
    )  # a moderator, not its author
    comment(browse("amelie"), key, "entre nous aussi")
    answer = browse("karim").post(f"/posts/{key}/move", data={})
    assert answer.status_code == 422
    assert "partagez plutôt" in answer.text
    alone = publish(browse("karim"), "finalement pour tous", group=slug)["id"]
    assert browse("karim").post(f"/posts/{alone}/move", data={}).status_code == 303
    assert browse("sofia").get(f"/posts/{alone}").status_code == 200
    assert browse("sofia").post(f"/posts/{alone}/move", data={"group": slug}).status_code == 403


def test_moving_keeps_the_counts_of_both_groups_and_unpins(
    any_app: Flask, browse: Browse, make_group: Any
) -> None:
    one, other = make_group("Un", "amelie"), make_group("Deux", "amelie")
    key = publish(browse("amelie"), group=one)["id"]
    browse("amelie").post(f"/posts/{key}/pin", data={"on": "1"})
    assert browse("amelie").post(f"/posts/{key}/move", data={"group": one}).status_code == 422
    assert browse("amelie").post(f"/posts/{key}/move", data={"group": other}).status_code == 303
    assert "pinned-title" not in browse("amelie").get(f"/groups/{other}").text
    assert key in browse("amelie").get(f"/api/v1/groups/{other}/posts").text
    assert key not in browse("amelie").get(f"/api/v1/groups/{one}/posts").text


def test_whoever_reads_a_post_reads_its_history(any_app: Flask, browse: Browse, make_group: Any) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    key = publish(browse("amelie"), "version une", group=slug)["id"]
    browse("amelie").patch(f"/api/v1/posts/{key}", json={"body": "version deux"})
    assert "version une" in browse("karim").get(f"/posts/{key}/history").text
    assert f"/posts/{key}/history" in browse("karim").get("/").text
    assert browse("sofia").get(f"/posts/{key}/history").status_code == 404
