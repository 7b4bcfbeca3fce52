"""Old conversations come in once, whole, with their times, whatever is wrong with some of their lines."""

import json
import lzma
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from rse.core import db
from rse.core.events import StoredEvent
from rse.core.model import Base
from rse.feed.models import Comment, Mention, Post, PostTag
from rse.groups.models import Group, Membership
from tests import factories
from tests.conftest import SECRET

ROOT = Path(__file__).resolve().parents[2]


def line(key: str, parent: str | None = None, **values: Any) -> dict[str, Any]:
    usual = {"group": "entraide", "author": "amelie.rousseau", "at": "2025-05-05T08:06:56Z", "title": None}
    usual |= {"text": f"text of {key}", "kind": None if parent else "question"}
    return {"id": key, "parent": parent, **usual, **values}


def write(path: Path, lines: list[Any]) -> Path:
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines) + "\n"
    if path.suffix == ".xz":
        path.write_bytes(lzma.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def run(app: Flask, path: Path, *options: str) -> Any:
    result = app.test_cli_runner().invoke(args=["import", "threads", str(path), *options])
    db.rollback()
    return result


def counts() -> tuple[int, int]:
    session = db.db.session()
    found = tuple(session.scalar(select(func.count()).select_from(model)) for model in (Post, Comment))
    db.rollback()
    return found


def people() -> None:
    factories.make_cast(db.begin_write())
    db.commit()


def test_threads_keep_their_shape_and_their_times(any_app: Flask, tmp_path: Path) -> None:
    people()
    lines = [
        line("a", text="Qui connaît #SAP ?", title="SAP"),
        line("b", "a", author="karim.benali", at="2025-05-05T09:00:00Z"),
        line("c", "b", text="@[i0021|Lucy Sharp] merci @karim.benali", at="2025-05-05T10:00:00+02:00"),
        line("d", kind="message", text="**bonjour**", author="sofia.marchetti"),
    ]
    result = run(any_app, write(tmp_path / "threads.jsonl.xz", lines), "--batch", "2")
    assert result.exit_code == 0, result.output
    session = db.db.session()
    posts = {post.external_id: post for post in session.scalars(select(Post))}
    comments = {comment.external_id: comment for comment in session.scalars(select(Comment))}
    assert posts["a"].at == datetime(2025, 5, 5, 8, 6, 56, tzinfo=UTC)
    assert (posts["a"].kind, posts["a"].title, posts["a"].comment_count) == ("question", "SAP", 2)
    assert posts["a"].active_at == datetime(2025, 5, 5, 9, tzinfo=UTC)
    assert posts["a"].historical
    assert posts["a"].audience == "everyone"
    assert posts["d"].body_html == "<p><strong>bonjour</strong></p>"
    assert comments["c"].post_id == posts["a"].id, "a reply to a reply belongs to the post at the root"
    assert comments["c"].parent_id == comments["b"].id
    assert comments["b"].parent_id is None
    assert comments["c"].at == datetime(2025, 5, 5, 8, tzinfo=UTC)
    assert "@Lucy Sharp merci <a" in comments["c"].body_html
    assert session.scalars(select(PostTag.tag)).all() == ["sap"]
    assert session.scalars(select(Mention.object_id)).all() == [comments["c"].id]
    group = session.scalars(select(Group)).one()
    assert (group.slug, group.name, group.visibility, group.member_count) == (
        "entraide",
        "Entraide",
        "open",
        3,
    )
    assert session.scalar(select(func.count()).select_from(Membership)) == 3


def test_a_second_import_adds_what_is_new_and_doubles_nothing(any_app: Flask, tmp_path: Path) -> None:
    people()
    path = write(tmp_path / "threads.jsonl", [line("a"), line("b", "a"), line("c", "b")])
    run(any_app, path)
    again = run(any_app, path)
    assert counts() == (1, 2)
    assert "3" in again.output
    later = write(tmp_path / "later.jsonl", [line("e", "c"), line("f")])
    assert run(any_app, later).exit_code == 0
    assert counts() == (2, 3)
    session = db.db.session()
    assert session.scalars(select(Post.comment_count).order_by(Post.external_id)).all() == [3, 0]


def test_bad_lines_are_named_and_the_others_go_in(any_app: Flask, tmp_path: Path) -> None:
    people()
    path = write(
        tmp_path / "threads.jsonl",
        [
            line("a"),
            "{not json",
            line("b", author="nobody.known"),
            line("c", "missing"),
            line("d", at="yesterday"),
            line("e", "b"),
            line("f", "a", group="Not A Slug"),
            line("g", "a", text=""),
        ],
    )
    path.write_bytes(path.read_bytes() + b'{"id": "\xff\xfe"}\n')
    result = run(any_app, path)
    assert result.exit_code == 0
    assert counts() == (1, 1)
    for number in (2, 3, 4, 5, 6, 7, 9):
        assert f"ligne {number} :" in result.output.replace("\u202f", " ").replace("\xa0", " ")
    assert "nobody.known" in result.output


def test_unknown_authors_are_made_on_request_and_cannot_sign_in(any_app: Flask, tmp_path: Path) -> None:
    people()
    path = write(tmp_path / "threads.jsonl", [line("a", author="zoe.old")])
    assert run(any_app, path).exit_code == 1
    assert run(any_app, path, "--create-authors").exit_code == 0
    from rse.accounts.models import Person

    zoe = db.db.session().scalars(select(Person).where(Person.uid == "zoe.old")).one()
    assert (zoe.display_name, zoe.status) == ("Zoe Old", "deactivated")
    assert counts() == (1, 0)


def test_nobody_is_notified_of_old_conversations(any_app: Flask, tmp_path: Path) -> None:
    people()
    run(any_app, write(tmp_path / "threads.jsonl", [line("a", text="merci @karim.benali")]))
    names = set(db.db.session().scalars(select(StoredEvent.name)))
    assert not names & {"feed.PostPublished", "feed.CommentAdded", "feed.Mentioned"}


def test_a_killed_import_ends_complete_when_it_is_started_again(tmp_path: Path) -> None:
    from rse.app import create_app

    app = create_app({"secret_key": SECRET, "data_dir": tmp_path})
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
        people()
        lines = [line(f"p{n}") if n % 5 == 0 else line(f"p{n}", f"p{n - 1}") for n in range(2000)]
        path = write(tmp_path / "threads.jsonl", lines)
        command = [
            str(Path(sys.executable).parent / "flask"),
            "--app",
            "wsgi",
            "import",
            "threads",
            str(path),
        ]
        env = {**os.environ, "RSE_DATA_DIR": str(tmp_path), "RSE_SECRET_KEY": SECRET}
        process = subprocess.Popen([*command, "--batch", "20"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 40
        while sum(counts()) < 200 and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = sum(counts())
        assert 200 <= done < 2000
        assert done % 20 == 0, "a batch goes in whole or not at all"
        assert run(app, path).exit_code == 0
        assert counts() == (400, 1600)
        session = db.db.session()
        assert session.scalar(select(func.sum(Post.comment_count))) == 1600
        db.db.session.remove()
        db.db.engine.dispose()
