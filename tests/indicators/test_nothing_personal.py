"""No page, call, log or file shows what a person does: the routes are walked, their reads watched."""

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout

import pytest
from sqlalchemy import event, func, select

from rse.core import db, jobs
from rse.core.model import encode_id
from rse.indicators import running
from rse.indicators.engine import rollup
from rse.indicators.engine.models import ROLLUPS
from rse.indicators.models import Cell, Published, Visit, Week
from tests import factories

PERSONAL = {model.__tablename__ for model in (*ROLLUPS, Visit)}
ROLES = ("admin", "hr", "dpo", "works_council", "executive")


def addresses(app):
    """Every address that answers GET, with a team's number where one is wanted."""
    cell = db.db.session().query(Cell.id).first()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            if not rule.arguments:
                yield rule.rule
            elif rule.arguments == {"cell_id"}:
                yield rule.rule.replace("<pid:cell_id>", encode_id(cell.id))


@pytest.mark.parametrize("who", ["manager", "all roles"])
def test_no_route_reads_what_is_personal(app, published, who):
    if who == "manager":
        person = published.manager("Montage")
    else:
        person = factories.make_person(db.begin_write(), "toute.puissance", roles=frozenset(ROLES)).id
        db.commit()
    client, seen = factories.browser_of(app, person), []
    listed = sorted(set(addresses(app)))
    event.listen(db.db.engine, "before_cursor_execute", lambda _c, _u, statement, *_: seen.append(statement))
    for path in listed:
        client.get(path)
    assert "/team" in listed
    assert any("indicator_published" in statement for statement in seen)
    read = {table for table in PERSONAL for statement in seen if re.search(rf"\b{table}\b", statement)}
    assert read == set()


def test_what_is_published_names_nobody_and_counts_nobody(app, published):
    columns = {c for model in (Published, Week, Cell) for c in model.__table__.columns}
    assert not {c for c in columns if "person" in c.name or c.name in {"base", "internal"}}
    people = {encode_id(p) for p in published.everyone} | {str(p) for p in published.everyone}
    client = factories.browser_of(app, published.manager("Montage"))
    for cell in client.get("/api/v1/indicators/cells").get_json()["items"]:
        text = client.get("/api/v1/indicators/cells/" + cell["id"]).text
        assert not {word for word in re.findall(r"\w+", text) if word in people}
        for told in json.loads(text)["indicators"].values():
            assert told.keys() == {"status", "published"}


def test_the_job_says_nothing_of_persons(app, company):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        done = app.test_cli_runner().invoke(args=["indicators", "rollup"])
    said = out.getvalue() + err.getvalue() + done.output
    assert done.exit_code == 0
    assert not [p for p in company.everyone if str(p) in said or encode_id(p) in said]
    assert "p01" not in said


def test_logs_errors_and_metrics_say_nothing_of_what_somebody_did(app, company, capfd, monkeypatch):
    """A person writes, reacts, visits, looks at their week; then the count breaks in the middle of a day."""
    author, other = company.everyone[5], company.everyone[6]
    client = factories.browser_of(app, author)
    post = client.post("/api/v1/posts", json={"body": "Une phrase que personne ne relit", "kind": "question"})
    assert post.status_code == 201
    there = factories.browser_of(app, other)
    key = post.get_json()["id"]
    assert (
        there.post(f"/api/v1/posts/{key}/comments", json={"body": "Une réponse discrète"}).status_code == 201
    )
    assert client.post("/presence/visit").status_code == 204
    for path in ("/my-week", "/team", "/indicators"):
        assert client.get(path).status_code == 200
    real = rollup.roll

    def twice(events, rules):  # a row that the database refuses: its error has values of the row
        rows = real(events, rules)
        rows.acts[next(iter(rows.acts))] = [None, 0, 0]
        return rows

    monkeypatch.setattr(rollup, "roll", twice)
    broken = app.test_cli_runner().invoke(args=["indicators", "rollup"])
    assert broken.exit_code
    said = capfd.readouterr()
    text = said.out + said.err + broken.output + repr(broken.exception) + str(broken.exception)
    text += app.test_client().get("/metrics").text
    assert "rse_requests_total" in text
    told = set(re.findall(r"[\w.]+", text))
    personal = {str(p) for p in (author, other)} | {encode_id(p) for p in (author, other)}
    assert not personal & told
    for words in ("personne ne relit", "discrète", "fraisage.p05", key):
        assert words not in text


def test_an_erased_person_leaves_the_rollups_and_no_published_week(app, published):
    session = db.begin_write()
    weeks = session.scalar(select(func.count()).select_from(Published))
    gone = published.everyone[3]
    running.erase(session, gone)
    db.commit()
    jobs.drain()  # the worker, which alone may read the counts
    for table in ("indicator_act", "indicator_visit", "indicator_population"):
        count = (
            db.db.session()
            .connection()
            .exec_driver_sql(f"SELECT count(*) FROM {table} WHERE person_id = {gone}")
        )
        assert count.scalar() == 0
    assert db.db.session().scalar(select(func.count()).select_from(Published)) == weeks
