"""A server that is killed while people post: what it acknowledged is there, whole, and what waited is done."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from http.client import HTTPException
from pathlib import Path

from sqlalchemy import func, select

from rse.accounts import sessions
from rse.app import create_app
from rse.core import db, jobs
from rse.core.events import Delivery
from rse.core.model import Base, decode_id
from rse.feed.models import Comment, Post, PostTag
from tests import factories, servers
from tests.conftest import SECRET

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import sys
from rse.app import create_app
from werkzeug.serving import run_simple
app = create_app({"secret_key": sys.argv[3], "data_dir": sys.argv[2], "rate_limits": False, "async_mode": "threading"})
run_simple("127.0.0.1", int(sys.argv[1]), app, threaded=True)
"""


def post(port: int, token: str, path: str, body: dict[str, str]) -> dict[str, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1{path}", json.dumps(body).encode(), method="POST"
    )
    request.add_header("Content-Type", "application/json")
    request.add_header("Cookie", f"{sessions.cookie_name(secure=False)}={token}")
    request.add_header("X-CSRF-Token", factories.csrf_of(token))
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, str] = json.loads(answer.read())
        return found


def talk(port: int, token: str, said: list[tuple[str, str]], refused: list[str]) -> None:
    """Post and comment until the server is gone; note what it acknowledged, and what it refused."""
    while True:
        try:
            made = post(port, token, "/posts", {"body": "texte #essai"})["id"]
            said.append(("post", made))
            said.append(("comment", post(port, token, f"/posts/{made}/comments", {"body": "suite"})["id"]))
        except urllib.error.HTTPError as error:
            refused.append(f"{error.code} {error.read().decode()}")
            return
        except (OSError, HTTPException):  # killed before the answer, or in the middle of it
            return


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    app = create_app({"secret_key": SECRET, "data_dir": tmp_path})
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
        cast = factories.make_cast(db.begin_write())
        tokens = [sessions.begin(db.begin_write(), cast[name].id) for name in ("amelie", "karim", "sofia")]
        db.commit()
        port = servers.free_port()
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port), str(tmp_path), SECRET],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        servers.wait_for(port, 60)
        said: list[tuple[str, str]] = []
        refused: list[str] = []
        threads = [threading.Thread(target=talk, args=(port, token, said, refused)) for token in tokens]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 60
        while len(said) < 30 and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join(20)
        assert refused == []
        assert len(said) >= 30
        check(said)
        db.db.session.remove()
        db.db.engine.dispose()


def check(said: list[tuple[str, str]]) -> None:
    session = db.db.session()
    there = {
        "post": set(session.scalars(select(Post.id))),
        "comment": set(session.scalars(select(Comment.id))),
    }
    assert [each for each in said if decode_id(each[1]) not in there[each[0]]] == []
    counted = Counter(session.scalars(select(Comment.post_id)))
    assert all(count == counted[key] for key, count in session.execute(select(Post.id, Post.comment_count)))
    assert set(session.scalars(select(PostTag.post_id))) == there["post"], "a post is there whole"
    db.rollback()
    assert jobs.drain() > 0
    left = session.scalar(select(func.count()).select_from(Delivery))
    db.rollback()
    assert left == 0, "what the killed process owed has been done"
