"""scim2-tester, whole: it reads what the service says of itself and tries every attribute of every resource."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

from flask import Flask
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from rse.core import db
from tests.factories import make_person
from tests.provisioning.scim import make_token


def apart(app: Flask) -> Callable[..., Any]:
    """Serve each request in a context of its own, as a server does."""
    return lambda *arguments: Context().run(app, *arguments)


def test_every_check_of_scim2_tester_passes(any_app: Flask) -> None:
    person = make_person(db.begin_write(), "ines.lambert", roles=frozenset({"admin"}))
    db.commit()
    token = make_token(person.id)
    client = WSGISCIMClient(
        apart(any_app), base_url="http://localhost/scim/v2", headers={"Authorization": f"Bearer {token}"}
    )
    results = check_server(client)
    wrong = [
        f"{r.title} {r.resource_type}: {r.reason} {r.data}"[:600]
        for r in results
        if r.status not in {Status.SUCCESS, Status.SKIPPED, Status.COMPLIANT}
    ]
    assert not wrong, "\n".join(wrong)
    assert len(results) > 50
