"""The steps of a sign-in, as a browser and the tests' identity provider take them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from rse.accounts import connecting, saml_messages, sessions
from rse.accounts.models import AuditEntry, Person, Session
from rse.core import db
from tests import factories
from tests.accounts import idp


@dataclass
class Question:
    """What the identity provider has received."""

    id: str
    relay_state: str


@dataclass
class Door:
    """An application that people come into through the tests' identity provider."""

    app: Flask

    def browser(self) -> Any:
        return factories.Client(self.app, self.app.response_class, use_cookies=True)

    def ask(
        self, browser: Any, wanted: str = "/", idp: str | None = None, sso: str = "https://idp.example/sso"
    ) -> Question:
        answer = browser.get("/saml/login", query_string={"next": wanted} | ({"idp": idp} if idp else {}))
        assert answer.status_code == 303, answer.text
        url = urlsplit(answer.headers["Location"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == sso
        root = saml_messages.read_redirect(url.query, "SAMLRequest")
        return Question(root.get("ID"), parse_qs(url.query)["RelayState"][0])

    def post(self, question: Question, encoded: str | None = None, **knobs: Any) -> Any:
        """Post an answer as the identity provider's page does: without this site's cookies."""
        relay_state = knobs.pop("relay_state", question.relay_state)
        if encoded is None:
            encoded = idp.signed(question.id, **knobs)
        form = {"SAMLResponse": encoded, "RelayState": relay_state}
        return self.browser().post("/saml/acs", data={k: v for k, v in form.items() if v is not None})

    def come_in(
        self, browser: Any | None = None, wanted: str = "/", idp: str | None = None, **knobs: Any
    ) -> Any:
        """Sign in, and give the last answer: a redirect with the session's cookie."""
        browser = browser or self.browser()
        answer = self.post(self.ask(browser, wanted, idp), **knobs)
        assert answer.status_code == 303, answer.text
        url = urlsplit(answer.headers["Location"])
        assert url.path == "/saml/finish"
        finished = browser.get(f"{url.path}?{url.query}")
        cookie = browser.get_cookie(sessions.cookie_name(secure=False))
        browser.token = cookie.value if cookie else ""
        return finished

    def connect(self, entity: str, *, name: str = "Second", pair: str = "second", **values: Any) -> str:
        """Connect another provider as an administrator would, switched on; gives its slug."""

        def change(session: DbSession) -> str:
            certificates = [idp.keys(one).certificate_body for one in pair.split()]
            content = idp.metadata(*certificates, entity=entity)
            row = connecting.connect(
                session, name=name, content=content, taken=frozenset({idp.ENTITY}), actor_id=None
            )
            for field, value in ({"enabled": True} | values).items():
                setattr(row, field, value)
            return row.slug

        return str(self.write(change))

    def rows(self, query: Any) -> list[Any]:
        """Read objects; requests and this never share an application context."""
        with self.app.app_context():
            found = list(db.db.session.scalars(query))
            db.db.session.expunge_all()
            return found

    def write(self, change: Callable[[DbSession], Any]) -> Any:
        """Change rows and commit."""
        with self.app.app_context():
            made = change(db.begin_write())
            db.commit()
            return made

    def person(self, name_id: str = "ada-7") -> Person:
        (found,) = self.rows(select(Person).where(Person.name_id == name_id))
        return found

    def sessions(self) -> list[Session]:
        return self.rows(select(Session).order_by(Session.id))

    def audit(self, action: str) -> list[dict[str, Any]]:
        rows = self.rows(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [json.loads(row.details) | {"actor": row.actor_id, "target": row.target} for row in rows]

    def run(self, *arguments: str) -> Any:
        """Run a command."""
        return self.app.test_cli_runner().invoke(args=list(arguments))


def refusal_of(door: Door, answer: Any) -> str:
    """Check that an answer is a kind refusal whose reference stands in the audit log; give its code."""
    assert answer.status_code == 403, answer.text
    noted = door.audit("signin.refused")[-1]
    assert noted["reference"] in answer.text
    assert "Traceback" not in answer.text
    return str(noted["code"])
