"""An idea without a name: no author anywhere in the database or the logs, a code that is shown once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import inspect, text

from rse.accounts.unsigned import UID
from rse.core import db, jobs
from rse.core.model import decode_id, encode_id
from rse.feed import cards, documents
from rse.feed.models import Post
from rse.ideas.models import Idea

Browse = Callable[[str], Any]
CODE = re.compile(r"<code>([\w-]+)</code>")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()
    documents.cache.clear()


def everything(skip: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    session = db.db.session()
    found = {}
    for table in inspect(db.db.engine).get_table_names():
        if table not in skip:
            rows = session.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
            found[table] = [dict(row) for row in rows]
    db.rollback()
    return found


def propose(browser: Any, **values: Any) -> tuple[str, str]:
    """Publish by the form; the code stands on the answer."""
    form = {"kind": "idea", "body": "Nous devrions parler du bruit", "anonymous": "true"} | values
    answer = browser.post("/ideas/new", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200, page
    assert answer.headers["Cache-Control"] == "no-store"
    code = CODE.search(page)
    post = re.search(r'href="/posts/([0-9a-z]+)"', page)
    assert code
    assert post
    return post.group(1), code.group(1)


def test_no_row_names_the_author(
    app: Any, cast: dict[str, int], browser_as: Browse, capfd: pytest.CaptureFixture[str]
) -> None:
    amelie = browser_as("amelie")
    amelie.get("/ideas/new")
    before = everything(frozenset({"session"}))
    capfd.readouterr()
    key, code = propose(amelie, body="Parlons du bruit avec @karim.benali #atelier")
    after = everything(frozenset({"session"}))
    fresh = {
        t: [row for row in rows if row not in before[t]] for t, rows in after.items() if rows != before[t]
    }
    written = capfd.readouterr()
    traces = [str(cast["amelie"]), encode_id(cast["amelie"]), "amelie.rousseau", "Rousseau", code]
    for table, rows in fresh.items():
        for trace in traces:
            assert not [row for row in rows if trace in str(row)], (table, trace)
    for trace in traces:
        assert trace not in written.out + written.err
    session = db.db.session()
    post = session.get_one(Post, decode_id(key))
    today = datetime.now(UTC).date()
    assert post.at == post.active_at == datetime(today.year, today.month, today.day, tzinfo=UTC)
    moments = [
        value
        for table, rows in fresh.items()
        if table != "person"
        for row in rows
        for name, value in row.items()
        if name in {"at", "not_before", "edited_at", "active_at"} and value
    ]
    assert moments
    assert {str(moment)[11:19] for moment in moments} == {"00:00:00"}
    db.rollback()


def test_its_id_says_nothing_of_the_hour(app: Any, browser_as: Browse) -> None:
    from rse.core.model import EPOCH_MS, RANDOM_BITS

    keys = [propose(browser_as("amelie"), body=f"idée {n}")[0] for n in range(6)]
    hours = [((decode_id(key) >> RANDOM_BITS) + EPOCH_MS) / 3_600_000 % 24 for key in keys]
    assert max(hours) - min(hours) > 0.5, "spread over the day, not one moment"
    assert keys != sorted(keys) or len(set(keys)) == 6


def test_readers_see_no_author(browser_as: Browse, cast: dict[str, int]) -> None:
    key, _code = propose(browser_as("amelie"))
    karim = browser_as("karim")
    post = karim.get(f"/api/v1/posts/{key}").get_json()
    assert post["author"]["uid"] == UID
    assert post["idea"]["anonymous"] is True
    assert karim.get(f"/people/{post['author']['id']}").status_code == 404
    for path in (f"/posts/{key}", "/"):
        page = karim.get(path).get_data(as_text=True)
        assert "Anonyme" in page
        assert f"/people/{post['author']['id']}" not in page
    own = browser_as("amelie").get(f"/posts/{key}").get_data(as_text=True)
    assert f"/posts/{key}/edit" not in own, "not even to its author is it shown as theirs"
    assert "unsigned" not in karim.get("/api/v1/people?q=anonyme").get_data(as_text=True)


def test_the_code_changes_the_idea_and_signs_it(browser_as: Browse) -> None:
    key, code = propose(browser_as("amelie"), title="Le bruit")
    karim = browser_as("karim")
    wrong = karim.post(f"/posts/{key}/claim", data={"code": "devine", "body": "autre chose"})
    assert wrong.status_code == 422
    amelie = browser_as("amelie")
    changed = amelie.post(
        f"/posts/{key}/claim", data={"code": code, "title": "Le bruit", "body": "Le bruit, le soir"}
    )
    assert changed.status_code == 303
    post = karim.get(f"/api/v1/posts/{key}").get_json()
    assert post["body"] == "Le bruit, le soir"
    assert post["author"]["uid"] == UID
    assert post["edited_at"].endswith("T00:00:00Z")
    assert amelie.get(f"/posts/{key}/history").status_code == 404
    assert amelie.post(f"/posts/{key}/claim", data={"code": code, "sign": "true"}).status_code == 303
    assert karim.get(f"/api/v1/posts/{key}").get_json()["author"]["uid"] == "amelie.rousseau"
    assert amelie.get(f"/posts/{key}/claim").status_code == 404
    assert db.db.session().query(Idea).one().claim is None


def test_the_call_tells_the_code_once_and_takes_no_key(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    sent = {"kind": "idea", "body": "Moins de bruit", "anonymous": True}
    refused = amelie.post("/api/v1/posts", json=sent, headers={"Idempotency-Key": "une-fois"})
    assert refused.status_code == 422
    made = amelie.post("/api/v1/posts", json=sent).get_json()
    assert len(made["claim_code"]) > 20
    assert "claim_code" not in amelie.get(f"/api/v1/posts/{made['id']}").get_json()


def test_it_is_in_no_export_and_no_figure_of_its_author(
    app: Any, cast: dict[str, int], browser_as: Browse
) -> None:
    key, _code = propose(browser_as("amelie"))
    jobs.drain()
    session = db.db.session()
    for export in app.extensions["rse_registry"].all("exports"):
        assert key not in str(list(export.rows(session, cast["amelie"]))), export.name
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    for activity in app.extensions["rse_registry"].all("activity"):
        for event in activity.events(session, start, end):
            assert not (event.actor_id == cast["amelie"] and event.content_id == decode_id(key))
    db.rollback()


def test_moderators_remove_what_nobody_answers_for(browser_as: Browse) -> None:
    key, _code = propose(browser_as("amelie"))
    assert browser_as("karim").post(f"/posts/{key}/delete").status_code == 403
    assert f"/posts/{key}/delete" in browser_as("thomas").get(f"/posts/{key}").get_data(as_text=True)
    assert browser_as("thomas").get(f"/posts/{key}/delete").status_code == 200
    assert browser_as("thomas").post(f"/posts/{key}/delete").status_code == 303
    assert browser_as("karim").get(f"/posts/{key}").status_code == 404


def test_guests_and_outsiders_propose_only_where_they_may_write(browser_as: Browse) -> None:
    james = browser_as("james")
    assert (
        james.post("/ideas/new", data={"kind": "idea", "body": "x", "anonymous": "true"}).status_code == 403
    )
    wrong = browser_as("amelie").post("/ideas/new", data={"kind": "idea", "body": "", "anonymous": "true"})
    assert wrong.status_code == 422
