"""What is old is removed by night, in steps; how long it is kept is chosen within bounds; counts are audited."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from rse.accounts import sessions
from rse.accounts.models import AuditEntry, Person, SignInRequest
from rse.accounts.models import Session as Signed
from rse.administration import retention, tasks
from rse.core import clock, company, db
from rse.core.api import IdempotencyKey
from rse.core.events import StoredEvent
from rse.core.web import registry, settings
from rse.feed.models import Comment, Post, Revision
from tests import factories

Browsers = Callable[[str], Any]
DAY = timedelta(days=1)


def night() -> None:
    company.forget(db.session())
    db.rollback()
    tasks.remove_old()
    db.rollback()


def count(model: Any, *criteria: Any) -> int:
    found = db.session().scalar(select(func.count()).select_from(model).where(*criteria)) or 0
    db.rollback()
    return found


def test_every_night_removes_what_is_old(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 4)
    session, now = db.begin_write(), clock.now()
    amelie = factories.make_cast(session)["amelie"].id
    for number in range(12):
        old = now - 40 * DAY if number < 10 else now
        session.execute(insert(StoredEvent).values(name="x", subject="x:1", payload="{}", at=old))
        key = {"person_id": amelie, "key": f"k{number}", "fingerprint": "", "status": 200, "body": "{}"}
        session.execute(insert(IdempotencyKey).values(**key, at=old))
        asked = {
            "id": f"r{number}",
            "relay_state": f"s{number}",
            "owner_hash": "",
            "idp": "",
            "created_at": old,
        }
        session.execute(insert(SignInRequest).values(**asked, expires_at=old))
        row = {"token_hash": f"t{number}", "person_id": amelie, "created_at": old, "seen_at": old}
        session.execute(insert(Signed).values(**row, expires_at=old + DAY))
    db.commit()
    night()
    assert [count(model) for model in (StoredEvent, IdempotencyKey, SignInRequest, Signed)] == [2, 2, 2, 2]
    line = db.session().scalars(select(AuditEntry.details).where(AuditEntry.action == "retention.run")).one()
    removed = {"events": 10, "idempotency": 10, "signin_requests": 10, "sessions": 10}
    assert json.loads(line) == removed
    night()
    assert count(AuditEntry, AuditEntry.action == "retention.run") == 1  # nothing to tell of the second night


def test_a_session_that_stands_is_never_removed(app: Flask) -> None:
    amelie = factories.make_cast(db.begin_write())["amelie"]
    browser = factories.browser_of(app, amelie)
    db.begin_write().query(Signed).update({"created_at": clock.now() - 60 * DAY})
    db.commit()
    night()
    assert browser.get("/").status_code == 200
    assert sessions.cookie_name(secure=False)


def test_words_of_what_was_deleted_go(any_app: Flask) -> None:
    session, now = db.begin_write(), clock.now()
    author = factories.make_cast(session)["amelie"].id
    kept = {"author_id": author, "body": "mot", "body_html": "<p>mot</p>", "at": now - 90 * DAY}
    ids = {}
    for name, gone in (("old", now - 31 * DAY), ("fresh", now - 29 * DAY), ("alive", None)):
        post = Post(**kept, audience="everyone", title="Titre", active_at=now, deleted_at=gone)
        session.add(post)
        session.flush()
        session.add(Comment(post_id=post.id, **kept, deleted_at=gone))
        session.add(Revision(kind="post", object_id=post.id, body="avant", at=now - 80 * DAY))
        ids[name] = post.id
    db.commit()
    night()
    rows = {post.id: (post.title, post.body) for post in db.session().scalars(select(Post))}
    assert rows == {ids["old"]: (None, ""), ids["fresh"]: ("Titre", "mot"), ids["alive"]: ("Titre", "mot")}
    assert count(Comment, Comment.body == "") == 1
    assert set(db.session().scalars(select(Revision.object_id))) == {ids["fresh"], ids["alive"]}


def test_pictures_that_nobody_uses_go(app: Flask, cast: dict[str, int]) -> None:
    with app.test_request_context():
        folder: Path = settings().data_dir / "pictures"
    folder.mkdir(parents=True)
    long_ago = (clock.now() - 30 * DAY).timestamp()
    for name in ("a" * 32, "b" * 32, "c" * 32):
        (folder / f"{name}.jpg").write_bytes(b"x")
    for name in ("a" * 32, "b" * 32):
        os.utime(folder / f"{name}.jpg", (long_ago, long_ago))
    (folder / "README").write_bytes(b"x")
    os.utime(folder / "README", (long_ago, long_ago))
    db.begin_write().get_one(Person, cast["amelie"]).photo = f"{'a' * 32}.jpg"
    db.commit()
    night()
    assert sorted(path.name[0] for path in folder.iterdir()) == ["R", "a", "c"]


def test_the_page_keeps_days_within_bounds(browser_as: Browsers) -> None:
    ines = browser_as("ines")
    html = ines.get("/admin/retention").text
    assert "Rien n’a encore été retiré" in html
    assert "aucune ligne n’est jamais retirée" in html
    given = {keep.key: str(keep.days) for keep in registry_keeps()}
    for wrong in ("", "0", "91", "x", "1e1", "-3", "²"):
        answer = ines.post("/admin/retention", data=given | {"events": wrong})
        assert answer.status_code == 422, wrong
        assert "de 1 à 90" in answer.text
    assert ines.post("/admin/retention", data=given | {"events": "3"}).status_code == 303
    company.forget(db.session())
    assert company.get(db.session(), "events_days") == 3
    db.rollback()
    targets = db.session().scalars(select(AuditEntry.target).where(AuditEntry.action == "settings.change"))
    assert list(targets) == ["setting:events_days"]
    night()
    assert "Rien n’était assez ancien" in ines.get("/admin/retention").text


def registry_keeps() -> list[Any]:
    return [keep for keep in registry().all("keeps") if not keep.fixed]


def test_what_the_papers_ask_for_is_declared(app: Flask) -> None:
    days = {keep.key: keep.days for keep in registry().all("keeps")}
    assert days["chat_events"] == 7
    assert days["rollups"] == 130
    assert {"sessions", "signin_requests", "deleted_posts", "pictures", "idempotency"} <= days.keys()
    assert all(1 <= keep.least <= keep.days <= keep.most for keep in registry().all("keeps"))
