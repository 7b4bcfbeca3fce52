"""Files that nobody can reach are removed; an erased person leaves none; a backup has them all."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from rse.administration import tasks
from rse.core import backup, clock, company, db, jobs
from rse.core.model import decode_id
from rse.feed.models import Post
from rse.files.models import File
from tests import factories
from tests.files.conftest import PDF, picture, publish, sent

Browse = Callable[[str], factories.Client]
DAY = timedelta(days=1)


def contents(tmp_path: Path) -> list[str]:
    return sorted(p.name for p in (tmp_path / "files" / "attached").rglob("*") if p.is_file())


def age(tmp_path: Path) -> None:
    """Let everything that is stored be two days old."""
    old = (clock.now() - 2 * DAY).timestamp()
    for path in (tmp_path / "files" / "attached").rglob("*"):
        os.utime(path, (old, old))


def night() -> None:
    company.forget(db.session())
    db.rollback()
    tasks.remove_old()
    db.rollback()
    jobs.drain()
    db.rollback()


def count() -> int:
    found = db.session().query(File).count()
    db.rollback()
    return found


def later(model: Any, days: int, **criteria: Any) -> None:
    session = db.begin_write()
    session.execute(update(model).filter_by(**criteria).values(at=clock.now() - days * DAY))
    db.commit()


def test_what_was_never_attached_goes_by_night(browse: Browse, tmp_path: Path) -> None:
    kept, waiting = (
        sent(browse("amelie"), PDF + b"1"),
        sent(browse("amelie"), picture("JPEG", (600, 600)), "v.jpg"),
    )
    publish(browse("amelie"), "x", attachments=[kept["id"]])
    later(File, 2)
    fresh = sent(browse("amelie"), PDF + b"2")
    age(tmp_path)
    night()
    assert browse("amelie").get(waiting["url"]).status_code == 404
    assert [browse("amelie").get(one["url"]).status_code for one in (kept, fresh)] == [200, 200]
    assert len(contents(tmp_path)) == 2


def test_files_of_what_was_deleted_go_after_a_month(browse: Browse, tmp_path: Path) -> None:
    one, other = sent(browse("amelie"), PDF + b"1"), sent(browse("karim"), PDF + b"2")
    post = publish(browse("amelie"), "x", attachments=[one["id"]])
    browse("karim").post(
        f"/api/v1/posts/{post['id']}/comments", json={"body": "y", "attachments": [other["id"]]}
    )
    browse("amelie").delete(f"/api/v1/posts/{post['id']}")
    later(File, 40)
    age(tmp_path)
    night()
    assert count() == 2  # a moderator may still put it back
    session = db.begin_write()
    session.execute(update(Post).values(deleted_at=clock.now() - 31 * DAY))
    db.commit()
    night()
    assert count() == 0
    assert contents(tmp_path) == []


def test_a_content_stays_while_another_row_has_it(browse: Browse, tmp_path: Path) -> None:
    mine, yours = sent(browse("amelie")), sent(browse("karim"))
    age(tmp_path)
    assert browse("amelie").delete(f"/api/v1/files/{mine['id']}").status_code == 204
    jobs.drain()
    assert browse("karim").get(yours["url"]).data == PDF
    browse("karim").delete(f"/api/v1/files/{yours['id']}")
    jobs.drain()
    assert contents(tmp_path) == []


def test_contents_without_a_row_go_by_night_unless_they_are_new(browse: Browse, tmp_path: Path) -> None:
    sent(browse("amelie"))
    session = db.begin_write()
    session.query(File).delete()
    db.commit()
    night()
    assert len(contents(tmp_path)) == 1
    age(tmp_path)
    night()
    assert contents(tmp_path) == []


@pytest.fixture
def export(any_app: Flask) -> Any:
    return next(e for e in any_app.extensions["rse_registry"].all("exports") if e.name == "files")


def test_an_erased_person_leaves_no_file(
    browse: Browse, people: dict[str, int], export: Any, tmp_path: Path
) -> None:
    made = [sent(browse("amelie"), PDF + bytes([n]), f"{n}.pdf") for n in range(4)]
    post = publish(browse("amelie"), "x", attachments=[made[0]["id"]])
    browse("karim").post(f"/api/v1/posts/{post['id']}/comments", json={"body": "z"})
    comment = f"/api/v1/posts/{post['id']}/comments"
    browse("amelie").post(comment, json={"body": "y", "attachments": [made[1]["id"]]})
    talk = browse("amelie").post(
        "/api/v1/conversations", json={"member_ids": [browse("karim").get("/api/v1/me").json["id"]]}
    ).json["id"]  # fmt: skip
    path = f"/api/v1/conversations/{talk}/messages"
    browse("amelie").post(path, json={"body": "m", "attachments": [made[2]["id"]]})
    assert made[0]["url"] in browse("karim").get("/").get_data(as_text=True)
    age(tmp_path)
    session = db.begin_write()
    rows = list(export.rows(session, people["amelie"]))
    assert [(row["name"], row["on"]) for row in rows] == [
        ("0.pdf", "post"), ("1.pdf", "comment"), ("2.pdf", "message"), ("3.pdf", None),
    ]  # fmt: skip
    there = dict(export.contents(session, people["amelie"]))
    assert [row["path"] for row in rows] == list(there)
    assert all(path.read_bytes() for path in there.values())
    export.erase(session, people["amelie"])
    db.commit()
    jobs.drain()
    db.rollback()
    assert count() == 0
    assert contents(tmp_path) == []
    assert made[0]["url"] not in browse("karim").get("/").get_data(as_text=True)
    assert browse("karim").get(f"/api/v1/posts/{post['id']}").json["attachments"] == []
    assert [one["attachments"] for one in browse("karim").get(comment).json["items"]] == [[], []]
    assert browse("karim").get(path).json["items"][0]["attachments"] == []
    assert db.session().get_one(Post, decode_id(post["id"])).files == 0


def test_a_backup_has_the_contents(app: Flask, cast: dict[str, int], tmp_path: Path) -> None:
    made = sent(factories.browser_of(app, cast["amelie"]), picture("JPEG", (600, 600)), "v.jpg")
    kept = {path.name for path in backup.Place(tmp_path, tmp_path / "rse.db").kept()}
    assert set(contents(tmp_path)) <= kept
    assert len(contents(tmp_path)) == 2
    assert made["width"] == 600
