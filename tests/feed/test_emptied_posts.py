"""After the time that deleted words are kept, every kind of post stands an empty row: nothing breaks on it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.core import clock, db, jobs, kinds
from rse.core.model import decode_id
from rse.feed import keeping, withdrawing
from rse.feed.models import Post
from tests import factories

SOON = (clock.now() + timedelta(days=30)).replace(microsecond=0)
DETAILS: dict[str, dict[str, Any]] = {
    "poll": {"options": ["Lundi", "Mardi"]},
    "kudos": {"recipients": ["karim.benali"]},
    "event": {"starts_at": SOON.isoformat()},
}


def publish(app: Flask, cast: dict[str, int], kind: str) -> str:
    author = {"announcement": "thomas"}.get(kind, "amelie")
    browser = factories.browser_of(app, cast[author])
    sent = {"kind": kind, "body": f"Un texte de type {kind}", **DETAILS.get(kind, {})}
    if kind == "share":
        sent["original"] = publish(app, cast, "message")
    answer = browser.post("/api/v1/posts", json=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_every_kind_can_be_emptied_and_put_back(app: Flask, cast: dict[str, int]) -> None:
    every = {kind: publish(app, cast, kind) for kind in kinds.known()}
    jobs.drain()
    session = db.begin_write()
    for key in every.values():
        withdrawing.withdraw_post(session, decode_id(key))
    db.commit()
    jobs.drain()
    session = db.begin_write()
    assert keeping.KEEPS[0].purge(session, clock.now() + timedelta(days=1), 100)
    db.commit()
    gone = db.session().scalars(select(Post).where(Post.deleted_at.is_not(None))).all()
    assert {(post.body, post.title) for post in gone} == {("", None)}
    assert all(post.data == {} for post in gone)
    session = db.begin_write()
    for key in every.values():
        withdrawing.put_back_post(session, decode_id(key))
    db.commit()
    jobs.drain()
    for name in ("thomas", "karim"):
        browser = factories.browser_of(app, cast[name])
        paths = ["/", "/api/v1/feed", "/ideas", "/questions", "/notifications"]
        paths += [f"/posts/{key}" for key in every.values()]
        assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.parametrize("anonymous", [False, True])
def test_an_emptied_idea_still_names_nobody(app: Flask, cast: dict[str, int], anonymous: bool) -> None:
    browser = factories.browser_of(app, cast["amelie"])
    sent = {"kind": "idea", "body": "Une idée", "anonymous": anonymous}
    key = decode_id(browser.post("/api/v1/posts", json=sent).json["id"])
    session = db.begin_write()
    withdrawing.withdraw_post(session, key)
    keeping.KEEPS[0].purge(session, clock.now() + timedelta(days=1), 100)
    withdrawing.put_back_post(session, key)
    db.commit()
    page = factories.browser_of(app, cast["karim"]).get("/ideas/list").text
    assert ("Amélie" in page.split("<main")[1].split("</main")[0]) is False
