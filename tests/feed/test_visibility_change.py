"""A group that changes its visibility takes its posts with it, at once, and the index follows."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from rse.core import db, jobs
from rse.core.feature import Registry
from tests.factories import viewer_of
from tests.feed.conftest import group_of, publish

Browse = Callable[[str], Any]


def test_posts_follow_their_group(
    any_app: Flask, browse: Browse, make_group: Any, people: dict[str, int]
) -> None:
    slug = make_group("Projet", "amelie", "karim")
    made = publish(browse("amelie"), "le plan secret", group=slug)
    said = (
        browse("karim").post(f"/api/v1/posts/{made['id']}/comments", json={"body": "noté"}).get_json()["id"]
    )
    path = f"/posts/{made['id']}"
    assert browse("sofia").get(path).status_code == 200
    assert browse("amelie").patch(f"/api/v1/groups/{slug}", json={"visibility": "closed"}).status_code == 200
    for address in (path, f"{path}/card", f"/comments/{said}", f"/api/v1/posts/{made['id']}/comments"):
        assert browse("sofia").get(address).status_code == 404
        assert browse("karim").get(address).status_code < 400
    for address in ("/", "/api/v1/feed", f"/api/v1/groups/{slug}/posts"):
        assert "le plan secret" not in browse("sofia").get(address).get_data(as_text=True)
        assert "le plan secret" in browse("karim").get(address).get_data(as_text=True)
    assert browse("amelie").patch(f"/api/v1/groups/{slug}", json={"visibility": "open"}).status_code == 200
    assert browse("sofia").get(path).status_code == 200
    db.rollback()
    assert group_of(slug).posts_audience == "everyone"
    db.rollback()


def test_the_index_sources_give_the_present_state_to_who_may_read(
    any_app: Flask, browse: Browse, make_group: Any, people: dict[str, int]
) -> None:
    slug = make_group("Projet", "amelie", "karim", visibility="closed")
    made = publish(browse("amelie"), "capteur **LoRa** #atex", group=slug, title="Un titre")
    browse("karim").post(f"/api/v1/posts/{made['id']}/comments", json={"body": "vu"})
    jobs.drain()
    registry: Registry = any_app.extensions["rse_registry"]
    sources = {source.kind: source for source in registry.all("index")}
    session = db.db.session()
    post, comment = sources["post"], sources["comment"]
    (post_id,), (comment_id,) = post.ids(session, 0, 10), comment.ids(session, 0, 10)
    (document,) = post.load(session, [post_id])
    assert (document.title, document.body, list(document.tags)) == (
        "Un titre",
        "capteur LoRa #atex",
        ["atex"],
    )
    (said,) = comment.load(session, [comment_id])
    assert (said.body, said.audience, said.root) == ("vu", document.audience, f"post:{post_id}")
    for source, key in ((post, post_id), (comment, comment_id)):
        assert set(source.hits(session, [key], viewer_of(people["karim"]))) == {key}
        assert source.hits(session, [key], viewer_of(people["sofia"])) == {}
    db.rollback()
    browse("amelie").delete(f"/api/v1/posts/{made['id']}")
    assert list(post.load(db.db.session(), [post_id])) == []
    assert list(comment.load(db.db.session(), [comment_id])) == []
    db.rollback()


def test_a_persons_export_holds_what_they_wrote_and_marked(
    any_app: Flask, browse: Browse, people: dict[str, int]
) -> None:
    made = publish(browse("amelie"), "avant")
    browse("amelie").patch(f"/api/v1/posts/{made['id']}", json={"body": "après"})
    browse("karim").post(f"/api/v1/posts/{made['id']}/comments", json={"body": "merci @amelie.rousseau"})
    browse("karim").put(f"/api/v1/posts/{made['id']}/reactions/thanks")
    browse("karim").post(f"/posts/{made['id']}/bookmark")
    registry: Registry = any_app.extensions["rse_registry"]
    export = next(export for export in registry.all("exports") if export.name == "feed")
    session = db.db.session()
    assert [row["what"] for row in export.rows(session, people["amelie"])] == [
        "post",
        "earlier post",
        "mentioned",
    ]
    assert [row["what"] for row in export.rows(session, people["karim"])] == ["comment", "reaction", "kept"]
    db.rollback()
    export.erase(db.begin_write(), people["karim"])
    db.commit()
    assert browse("sofia").get(f"/api/v1/posts/{made['id']}").get_json()["reactions"] == {}
    assert [row["what"] for row in export.rows(db.db.session(), people["karim"])] == ["comment"]
    db.rollback()
