"""Schemathesis over the served OpenAPI document: no crash, and no answer that the document does not describe."""

from collections import Counter
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rse.accounts import service
from rse.accounts.models import Person
from rse.core import db
from tests import factories
from tests.security.test_api_fuzz import some_content

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


class Walk:
    """Every call of the document, several times, by one person: with what exists, then with anything."""

    def __init__(self, app: Flask, people: dict[str, int]) -> None:
        self.app = app
        self.known = some_content(people)
        talk = factories.browser_of(app, people["amelie"]).post(
            "/api/v1/conversations", json={"member_ids": [self.known["person_id"]]}
        )
        self.known["conversation_id"] = talk.json["id"]
        session = db.begin_write()
        token = service.create_token(session, session.get_one(Person, people["amelie"]), "write")
        db.commit()
        self.headers = {"Authorization": f"Bearer {token}"}
        self.answers: Counter[str] = Counter()
        self.found: list[str] = []

    def run(self, examples: int) -> None:
        # A context of its own: the test's application context would lend the requests its `g`.
        schema = Context().run(schemathesis.openapi.from_wsgi, "/api/v1/openapi.json", self.app)
        calls = [result.ok() for result in schema.get_all_operations()]
        # What removes comes last, so that there is something to read until then.
        for call in sorted(calls, key=lambda one: one.method.upper() == "DELETE"):
            self.often(call, examples)

    def often(self, call: Any, examples: int) -> None:
        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=call.as_strategy())
        def once(case: Any) -> None:
            self.answers[call.label] += 0
            if self.answers.total() % 3:
                case.path_parameters = {
                    name: self.known.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            self.look(call.label, case)

        once()

    def look(self, label: str, case: Any) -> None:
        answer = Context().run(case.call, headers=self.headers)
        self.answers[f"{label} {answer.status_code // 100}"] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            several = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
            self.found += [f"{label}: {answer.status_code} {str(one)[:600]}" for one in several]


def walked(app: Flask, people: dict[str, int], examples: int) -> None:
    walk = Walk(app, people)
    walk.run(examples)
    assert not walk.found, "\n\n".join(dict.fromkeys(walk.found))
    good = {label.rpartition(" ")[0] for label in walk.answers if label.endswith(" 2")}
    assert len(good) > 20, "the walk does not get beyond the refusals"


def test_no_answer_is_outside_the_document(app: Flask, cast: dict[str, int]) -> None:
    walked(app, cast, 4)


@pytest.mark.postgres
def test_nor_on_postgresql(make_app: Callable[..., Flask], postgres_url: str) -> None:
    app = make_app(database_url=postgres_url)
    with app.app_context():
        people = {key: person.id for key, person in factories.make_cast(db.begin_write()).items()}
        db.commit()
        walked(app, people, 2)
