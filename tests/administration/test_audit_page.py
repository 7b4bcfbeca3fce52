"""The audit log on its page: narrowed, a page at a time, downloaded as JSON lines whose chain can be checked."""

import json
import re
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import audit
from rse.accounts.models import AuditEntry
from rse.core import clock, db
from tests import factories


@pytest.fixture
def known(any_app: Flask) -> dict[str, Any]:
    session = db.begin_write()
    cast = {name: person.id for name, person in factories.make_cast(session).items()}
    for number in range(60):
        audit.record(session, "signin", actor_id=cast["amelie"], idp=f"https://idp/{number}")
    audit.record(session, "signin.refused", code="signature", reference="AB12")
    target = f"person:{cast['karim']}"
    audit.record(session, "roles", actor_id=cast["ines"], target=target, before=[], after=["hr", "dpo"])
    db.commit()
    return {**cast, "browser": factories.browser_of(any_app, cast["ines"])}


def rows(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="line-(\d+)"', html)]


def test_narrowed(known: dict[str, Any]) -> None:
    def found(**query: str) -> list[int]:
        answer = known["browser"].get("/admin/audit", query_string=query)
        assert answer.status_code == 200
        return rows(answer.text)

    today = clock.today("Europe/Paris").isoformat()
    assert len(found()) == 50
    assert found()[0] == 62
    assert found(action="roles") == [62]
    assert len(found(action="signin")) == 50
    assert found(action="signin")[0] == 61  # what is refused is a part of it
    assert found(actor="ines.lambert") == [62]
    assert found(target="karim.benali@demo.example") == [62]
    assert found(since=today, action="roles") == [62]
    assert found(until="2020-01-01") == []
    html = known["browser"].get("/admin/audit?action=roles").text
    assert "Rôles modifiés" in html
    assert "hr, dpo" in html
    assert "Karim Benali" in html
    assert "Aucune ligne ne correspond" in known["browser"].get("/admin/audit?until=2020-01-01").text


def test_pages_follow_each_other(known: dict[str, Any]) -> None:
    first = known["browser"].get("/admin/audit?action=signin").text
    more = re.search(r'href="(/admin/audit\?[^"]*after=[^"]*)"', first)
    assert more
    second = known["browser"].get(more[1].replace("&amp;", "&")).text
    assert rows(first) + rows(second) == list(range(61, 0, -1))


@pytest.mark.parametrize("query", ["actor=nobody", "since=tomorrow", "until=x", "target=nobody", "after=zz"])
def test_bad_filters_name_the_field(known: dict[str, Any], query: str) -> None:
    assert known["browser"].get(f"/admin/audit?{query}").status_code == 422


def test_download_holds_the_chain_and_is_noted(known: dict[str, Any]) -> None:
    answer = known["browser"].post("/admin/audit.jsonl")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1]["action"] == "audit.export"
    before = ""
    for line in lines:
        details = json.dumps(line["details"], ensure_ascii=False, sort_keys=True)
        parts = [before, line["at"], str(line["actor_id"]), line["action"], line["target"], details]
        assert line["previous"] == before
        assert line["hash"] == sha256(json.dumps(parts).encode()).hexdigest()
        before = line["hash"]
    narrowed = known["browser"].post("/admin/audit.jsonl", data={"action": "roles"}).text.splitlines()
    assert [json.loads(line)["id"] for line in narrowed] == [62]
    last = db.session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, json.loads(last.details)) == ("audit.export", {"narrowed": {"action": "roles"}})
