"""An identity provider that speaks SCIM to the application, for the tests."""

import json
from pathlib import Path
from typing import Any

from flask import Flask

from rse.accounts import service
from rse.accounts.models import Person
from rse.core import db
from tests import factories

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAYLOADS = Path(__file__).parent / "payloads"


def owner(app: Flask) -> int:
    """Make the administrator whose tokens the providers hold."""
    person = factories.make_person(db.begin_write(), "ines.lambert", roles=frozenset({"admin"}))
    db.commit()
    return person.id


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def make_token(owner: int, provider: str = "okta", scope: str = "scim") -> str:
    session = db.begin_write()
    made = service.create_token(session, session.get_one(Person, owner), scope, provider=provider)
    db.commit()
    return made


class Provider:
    """An identity provider with its token."""

    def __init__(self, app: Flask, token: str) -> None:
        app.test_client_class = factories.Client
        self.browser = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        sent = json.dumps(data) if data is not None and not isinstance(data, str | bytes) else data
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.open(f"/scim/v2{path}", method=method, data=sent, headers=self.headers | given)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def find(self, text: str, **more: str) -> list[dict[str, Any]]:
        answer = self.browser.get(
            "/scim/v2/Users", query_string={"filter": text, **more}, headers=self.headers
        )
        assert answer.status_code == 200, answer.json
        found: list[dict[str, Any]] = answer.json["Resources"]
        return found

    def create(self, user_name: str = "mia.keller@example.com", **more: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/Users", {"schemas": [USER], "userName": user_name, **more})
        assert answer.status_code == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    def patch(self, public_id: str, *operations: dict[str, Any], **headers: str) -> Any:
        message = {"schemas": [PATCH], "Operations": list(operations)}
        return self.ask("PATCH", f"/Users/{public_id}", message, **headers)
