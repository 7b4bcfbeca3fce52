"""Nasty values in every page's address and in every form: a page that says what is wrong, never a crash."""

import random
from typing import Any

import pytest
from flask import Flask

from rse.core import db
from tests import factories
from tests.security.test_api_fuzz import CURSORS, PARTS, TEXTS, some_content

ASKED = (
    "q", "cursor", "after", "before", "at", "member_ids", "group", "scope", "purpose", "limit", "kind", "body",
    "site", "department", "skill", "tag", "from", "to", "type", "sort", "comment", "reply", "edit", "next", "idp",
    "ticket", "mine", "author", "step", "then", "current", "SAMLRequest", "SAMLResponse", "RelayState",
)  # fmt: skip
SENT = (
    "body", "title", "kind", "group", "tags", "name", "description", "visibility", "purpose", "people", "role",
    "on", "muted", "seq", "back", "member_ids", "client_id", "reply_to", "history", "parent_id", "comment_id",
    "label", "level", "language", "languages", "timezone", "theme", "about", "phone", "site", "given_name",
    "groups", "then", "remove", "lang", "next", "SAMLResponse", "RelayState", "message_id", "skill", "skills",
)  # fmt: skip
IDS = ["0", "²", "1" * 30, "zzzzzzzzzzzzz", "-1", "1e400", "99999999999999999999", "true", "[]"]


def nasty(dice: random.Random) -> str:
    return dice.choice([dice.choice(TEXTS), dice.choice(CURSORS), dice.choice(IDS)])[:30_000]


def address(rule: Any, known: dict[str, str], dice: random.Random, *, wild: bool) -> str:
    path = str(rule.rule)
    for part in rule.arguments:
        value = dice.choice([*PARTS, *IDS[2:4]]) if wild else known.get(part, known["post_id"])
        start = next(
            at
            for at in range(len(path))
            if path[at] == "<" and path[at:].split(">", maxsplit=1)[0].endswith(part)
        )
        path = path[:start] + value + path[path.index(">", start) + 1 :]
    return path


def fuzz(app: Flask, people: dict[str, int], seed: int) -> list[str]:
    known = some_content(people)
    browsers = [factories.browser_of(app, people[name]) for name in ("amelie", "james")]
    begun = browsers[0].post("/api/v1/conversations", json={"member_ids": [known["person_id"]]})
    known["conversation_id"] = begun.json["id"]
    dice, failed = random.Random(seed), []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.rule.startswith(("/api/", "/readyz", "/logout")):
            continue
        for browser in browsers:
            for at in range(4):
                path = address(rule, known, dice, wild=at == 0)
                method = "get" if "GET" in (rule.methods or ()) else "post"
                names = dice.sample(ASKED, 8) if method == "get" else dice.sample(SENT, 12)
                values = {name: nasty(dice) for name in names}
                headers = {"HX-Request": "true"} if dice.random() < 0.3 else {}
                given: dict[str, Any] = {"query_string" if method == "get" else "data": values}
                answer = getattr(browser, method)(path, headers=headers, **given)
                if answer.status_code >= 500:
                    failed.append(f"{answer.status_code} {method} {path} {str(values)[:900]}")
    return failed


def test_no_page_or_form_crashes(app: Flask, cast: dict[str, int]) -> None:
    failed = fuzz(app, cast, seed=1)
    assert not failed, "\n".join(failed)


@pytest.mark.postgres
def test_nor_on_postgresql(make_app: Any, postgres_url: str) -> None:
    app = make_app(database_url=postgres_url)
    with app.app_context():
        session = db.begin_write()
        people = {key: person.id for key, person in factories.make_cast(session).items()}
        db.commit()
        failed = fuzz(app, people, seed=2)
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize(
    "path",
    ["/groups?purpose=x", "/groups?limit=x", "/messages/people?q=a&member_ids=-", "/messages/new?member_ids=%C2%B2",
     "/search?q=a&to=9999-12-31", "/search?q=a&from=0001-01-01"],
)  # fmt: skip
def test_an_address_that_means_nothing_is_answered_as_such(browser_as: Any, path: str) -> None:
    assert browser_as("karim").get(path).status_code == 422
