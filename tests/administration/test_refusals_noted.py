"""Who tries what is not theirs is in the audit log: by page, form and program, once in ten minutes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import refusals, service
from rse.accounts.models import AuditEntry, Person
from rse.core import db
from rse.core.model import encode_id

As = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _nothing_lately() -> Iterator[None]:
    refusals.lately.forget()
    yield
    refusals.lately.forget()


def noted() -> list[tuple[int | None, str, str, int]]:
    db.rollback()
    entries = db.session().scalars(select(AuditEntry).order_by(AuditEntry.id))
    found = [(one, json.loads(one.details)) for one in entries if one.action == "access.refused"]
    return [(one.actor_id, one.target, said["method"], said["status"]) for one, said in found]


def test_pages_and_forms_of_administrators(browser_as: As, cast: dict[str, int]) -> None:
    karim = browser_as("karim")
    for _time in range(3):
        assert karim.get("/admin/audit").status_code == 404
    assert karim.post("/admin/roles", data={"person": "karim.benali", "role": "admin"}).status_code == 404
    who = cast["karim"]
    assert noted() == [
        (who, "administration.audit_page", "GET", 404),
        (who, "administration.give_role", "POST", 404),
    ]


def test_what_an_administrator_may_not_do(browser_as: As, cast: dict[str, int]) -> None:
    """The last administrator stays one: the attempt is noted, whoever makes it."""
    ines = cast["ines"]
    assert browser_as("ines").post(f"/admin/roles/admin/{encode_id(ines)}/take").status_code == 403
    assert noted() == [(ines, "administration.take_role", "POST", 403)]


def test_a_program_whose_token_does_not_reach(app: Flask, cast: dict[str, int]) -> None:
    session = db.begin_write()
    token = service.create_token(session, session.get_one(Person, cast["karim"]), "read", name="reads")
    db.commit()
    header = {"Authorization": f"Bearer {token}"}
    assert app.test_client().post("/api/v1/posts", json={"body": "x"}, headers=header).status_code == 403
    assert [(one[0], one[2:]) for one in noted()] == [(cast["karim"], ("POST", 403))]


def test_what_is_not_there_and_strangers_are_no_attempts(app: Flask, browser_as: As) -> None:
    assert browser_as("karim").get("/nowhere").status_code == 404
    assert browser_as("karim").get("/groups/nowhere").status_code == 404
    assert browser_as("ines").get("/admin/people/nobody").status_code == 404
    assert app.test_client().get("/admin/audit").status_code == 303
    assert noted() == []
