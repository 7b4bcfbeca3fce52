"""People and things for the tests, made with the product's own models; the cast has the demo's names."""

from collections.abc import Collection
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.core import db
from rse.core.audience import Viewer
from rse.core.model import Base

CAST = {
    "amelie": ("amelie.rousseau", "Amélie", "Rousseau", "employee", ()),
    "karim": ("karim.benali", "Karim", "Benali", "employee", ()),
    "sofia": ("sofia.marchetti", "Sofia", "Marchetti", "employee", ()),
    "claire": ("claire.dupont", "Claire", "Dupont", "employee", ("executive",)),
    "thomas": ("thomas.nguyen", "Thomas", "Nguyen", "employee", ("moderator", "community_manager")),
    "ines": ("ines.lambert", "Inès", "Lambert", "employee", ("admin",)),
    "james": ("james.oneill", "James", "O'Neill", "guest", ("guest",)),
}


def make_person(session: Session, uid: str, **values: Any) -> Person:
    given, _, family = uid.partition(".")
    defaults = {
        "email": f"{uid}@demo.example",
        "given_name": given.title(),
        "family_name": family.title(),
        "display_name": f"{given.title()} {family.title()}".strip(),
        "sort_name": f"{family} {given}".strip(),
        "kind": "employee",
        "roles": frozenset(),
        "created_at": datetime.now(UTC),
        "locale": "fr",
    }
    person = Person(uid=uid, **(defaults | values))
    if person.kind == "guest":
        person.audience = "everyone"
    session.add(person)
    session.flush()
    return person


def make_cast(session: Session) -> dict[str, Person]:
    """Make the seven of the cast; keys are their first names."""
    return {
        key: make_person(
            session,
            uid,
            given_name=given,
            family_name=family,
            display_name=f"{given} {family}",
            kind=kind,
            roles=frozenset(roles),
        )
        for key, (uid, given, family, kind, roles) in CAST.items()
    }


class Client(FlaskClient):
    """A browser: signed in by a session row, its CSRF token sent with each unsafe request."""

    token: str = ""

    def sign_in(self, person_id: int) -> "Client":
        self.token = sessions.begin(db.begin_write(), person_id)
        db.commit()
        self.set_cookie(sessions.cookie_name(secure=False), self.token)
        return self

    def open(self, *args: Any, **kwargs: Any) -> Any:
        headers = dict(kwargs.pop("headers", None) or {})
        if self.token and kwargs.pop("csrf", True):
            headers.setdefault("X-CSRF-Token", csrf_of(self.token))
        # A context of its own: a test's application context would lend the request its `g`.
        return Context().run(super().open, *args, headers=headers, **kwargs)


def csrf_of(token: str) -> str:
    """Compute what the page's meta tag would say."""
    import hmac
    from hashlib import sha256

    return hmac.new(sha256(token.encode() + b"csrf").digest(), b"csrf", sha256).hexdigest()[:32]


def browser_of(app: Flask, person: Person | int) -> Client:
    """Give a signed-in test client of a person. Call inside an application context."""
    app.test_client_class = Client
    client: Any = app.test_client()
    return client.sign_in(person if isinstance(person, int) else person.id)


def viewer_of(person: Person | int) -> Viewer:
    """Give the viewer that a person is now. Call inside an application context."""
    found = sessions.viewer_of_person(db.db.session(), person if isinstance(person, int) else person.id)
    assert found is not None
    return found


def rows(*, apart: Collection[str] = ()) -> dict[str, int]:
    """Count the rows of every table but those `apart`, as others see them now. Call inside an application context."""
    session = db.db.session()
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in apart]
    found = {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    session.rollback()
    return found
