"""Nasty values at every call of the OpenAPI document: never a crash, always a problem, no change by reading."""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.accounts import refusals
from rse.accounts.models import AuditEntry
from rse.accounts.models import Session as BrowserSession
from rse.chat.models import Conversation
from rse.core import db
from rse.core.model import encode_id
from rse.feed import service as feed
from rse.groups import service as groups
from tests import factories

HUGE = "zzzzzzzzzzzzz"  # 65 bits
TEXTS = [
    "", " ", "\x00", "a\x00b", "'\"`;--%_\\", "<script>", "x" * 70_000, "😀 \ufffd\u202e\u0130", "\u200b" * 30, "\x1b\x7f",
    "#" * 400, "@" * 400, "[" * 500 + "](" * 500, "*" * 900, "> " * 500, "Ⅷ१٣", "../../x", "0" * 40, "9999-12-31", "0001-01-01", "2026-02-30",
]  # fmt: skip
OTHER: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 2**64, -(2**63) - 1, 10**40, 1.5, -1e300, [], {}, [[]], [None], [{}], ["\x00"],
    [1] * 5000, {"": ""}, {"\x00": 1}, {"zzzzzzzzzzzzz": 2**70},
]  # fmt: skip


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CURSORS = [
    "x", "é", "=", "A" * 9000, cursor([]), cursor({}), cursor(None), cursor(["2026-01-01T00:00:00+00:00", 2**64]),
    cursor(["0001-01-01T00:00:00+14:00", 1]), cursor(["9999-12-31T23:59:59-14:00", 1]), cursor(["\x00", 1]),
    cursor(["a", -(2**64)]), cursor([float("nan"), 1, "a"]), cursor([float("inf"), 2**63, "\ud800"]),
    cursor(["\ud800", 1]), cursor([10**400, 1, "a"]), base64.urlsafe_b64encode(b"[" * 6000).decode(),
]  # fmt: skip
PARTS = ["0", "1", HUGE, "8000000000000", "u", "x" * 14, "%00", "%ff", "é", "..%2f", "-1", "x" * 300]


def nasty(name: str, dice: random.Random) -> Any:
    if "cursor" in name and dice.random() < 0.8:
        return dice.choice(CURSORS)
    return dice.choice(TEXTS) if dice.random() < 0.6 else dice.choice(OTHER)


def plausible(schema: dict[str, Any], name: str, document: dict[str, Any], known: dict[str, str]) -> Any:
    """A value that passes the schema, so that the others of the same request are looked at beyond it."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return plausible(choice, name, document, known)
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    if schema.get("type") == "array":
        return [plausible(schema.get("items", {}), name, document, known)]
    if schema.get("type") == "string":
        return known.get(name, known["post_id"] if "pattern" in schema else "texte")
    simple = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}
    return simple.get(schema.get("type", ""), {})


class Walk:
    """Every call of the document, several times, by one person."""

    def __init__(self, app: Flask, document: dict[str, Any], known: dict[str, str]) -> None:
        self.app, self.document, self.known = app, document, known
        self.failed: list[str] = []

    def calls(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    def address(self, path: str, dice: random.Random, wild: bool) -> str:
        for part in [p[1:-1] for p in path.split("/") if p.startswith("{")]:
            value = dice.choice(PARTS) if wild else self.known.get(part, self.known["post_id"])
            path = path.replace("{" + part + "}", value)
        return path

    def body(self, operation: dict[str, Any], dice: random.Random) -> dict[str, Any] | None:
        if "requestBody" not in operation:
            return None
        content = operation["requestBody"]["content"]
        if "application/json" not in content:
            return {"file": nasty("file", dice)}  # where a form is taken
        schema = content["application/json"]["schema"]
        schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        fields = schema.get("properties", {})
        made = {name: plausible(of, name, self.document, self.known) for name, of in fields.items()}
        if made and dice.random() < 0.9:
            name = dice.choice(list(made))
            made[name] = nasty(name, dice)
        return made

    def query(self, operation: dict[str, Any], dice: random.Random) -> dict[str, Any]:
        asked = {}
        for parameter in operation["parameters"]:
            if parameter["in"] == "query" and dice.random() < 0.5:
                value = nasty(parameter["name"], dice)
                asked[parameter["name"]] = value if isinstance(value, str) else json.dumps(value)
        return asked

    def run(self, browser: Any, dice: random.Random, rounds: int) -> None:
        for path, method, operation in self.calls():
            for at in range(rounds):
                address = self.address(path, dice, wild=at % 3 == 1)
                query, body = self.query(operation, dice), self.body(operation, dice)
                options: dict[str, Any] = {"query_string": query} | ({} if body is None else {"json": body})
                if method == "post" and dice.random() < 0.3:
                    options["headers"] = {"Idempotency-Key": dice.choice(["a", "x" * 200, "é", "clé"])}
                answer = getattr(browser, method)(address, **options)
                self.check(f"{method} {address} {str(query)[:300]} {str(body)[:300]}", answer)

    def check(self, said: str, answer: Any) -> None:
        if answer.status_code >= 500:
            self.failed.append(f"{answer.status_code} {said}")
        elif answer.status_code >= 400 and answer.mimetype != "application/problem+json":
            self.failed.append(f"{answer.mimetype} {said}")
        elif answer.status_code >= 400 and answer.json["status"] != answer.status_code:
            self.failed.append(f"another status {said}")


def some_content(people: dict[str, int]) -> dict[str, str]:
    """A secret group, a post, a comment and what else a call may name."""
    session = db.begin_write()
    amelie = factories.viewer_of(people["amelie"])
    group = groups.insert(session, name="Cercle", visibility="secret")
    groups.enter(session, group, people["amelie"], "owner")
    post = feed.publish(session, amelie, body="Une question", kind="question")
    said = feed.comment(session, amelie, post.id, body="Une réponse")
    db.commit()
    return {
        "post_id": encode_id(post.id), "comment_id": encode_id(said.id), "parent_id": encode_id(said.id),
        "slug": group.slug, "group": group.slug, "person_id": encode_id(people["karim"]),
        "member_ids": encode_id(people["karim"]), "name": "thanks", "uid": "karim.benali", "tag": "paie",
    }  # fmt: skip


def fuzz(app: Flask, people: dict[str, int], seed: int, rounds: int) -> list[str]:
    known = some_content(people)
    document = factories.browser_of(app, people["ines"]).get("/api/v1/openapi.json").json
    walk = Walk(app, document, known)
    for name in ("amelie", "claire", "james"):
        browser = factories.browser_of(app, people[name])
        begun = browser.post("/api/v1/conversations", json={"member_ids": [known["person_id"]]})
        if begun.status_code < 400:
            known["conversation_id"] = begun.json["id"]
        walk.run(browser, random.Random(f"{seed}{name}"), rounds)
    walk.run(app.test_client(), random.Random(seed), 1)
    return walk.failed


def test_no_value_makes_a_call_crash(app: Flask, cast: dict[str, int]) -> None:
    failed = fuzz(app, cast, seed=1, rounds=5)
    assert not failed, "\n".join(failed)


@pytest.mark.postgres
def test_nor_on_postgresql(make_app: Any, postgres_url: str) -> None:
    app = make_app(database_url=postgres_url)
    with app.app_context():
        session = db.begin_write()
        people = {key: person.id for key, person in factories.make_cast(session).items()}
        db.commit()
        failed = fuzz(app, people, seed=2, rounds=3)
    assert not failed, "\n".join(failed)


# A session notes when it was last seen; a group's discussion has its row from the first look at it on; the audit
# log has a line when somebody asks for a page of a role that they do not hold.
APART = {BrowserSession.__tablename__, Conversation.__tablename__, AuditEntry.__tablename__}
SIGNING_IN = ("/saml/", "/oidc/")


def test_reading_changes_nothing(app: Flask, cast: dict[str, int]) -> None:
    """Every page and every call by GET, as three people: not a row more or less."""
    known = some_content(cast)
    refusals.lately.forget()
    browsers = [factories.browser_of(app, cast[name]) for name in ("amelie", "ines", "james")]
    before = factories.rows(apart=APART)
    last = db.session().scalar(select(func.max(AuditEntry.id))) or 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or rule.rule.startswith(SIGNING_IN):
            continue  # keeps requests, and notes refusals in the audit log
        path = rule.rule
        for part in rule.arguments:
            for kind in ("pid:", "path:", "int:", ""):
                path = path.replace(f"<{kind}{part}>", known.get(part, known["post_id"]))
        for browser in browsers:
            assert browser.get(path).status_code < 500 or path == "/readyz", path  # no worker runs here
        assert factories.rows(apart=APART) == before, path
    added = db.session().scalars(select(AuditEntry.action).where(AuditEntry.id > last))
    assert set(added) == {"access.refused"}
