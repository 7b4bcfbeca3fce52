"""A large company on PostgreSQL, by COPY: 100,000 people and SCIM's rows of them in seconds, an audit log.

The rows of people are those that the application would write, made by its own functions; only the way in is
shorter. The lines of the audit log are made by the database: their chain does not hold.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, create_engine, text
from sqlalchemy.engine import Connection

from rse.accounts.models import Person
from rse.core.model import encode_id, new_id
from rse.people.models import Department, DepartmentMembership, Profile
from rse.provisioning.scim_keys import columns, email_rows, fold
from rse.provisioning.scim_models import ScimDocument, ScimEmail, ScimGroup, ScimMember, ScimUser
from rse.provisioning.scim_people import described

BORN = datetime(2026, 1, 1, tzinfo=UTC)
DIVISIONS, TEAMS, SITES, TITLES, GIVEN = 20, 200, 30, 50, 997
GROUPS, MEMBERS = 200, 100  # of the provider; people in each
PROVIDER = "bench"
AUDIT = """
INSERT INTO audit (at, actor_id, action, target, details, previous, hash)
SELECT timestamptz '2026-01-01' + n * interval '20 seconds', (:people)[1 + n % :many],
 (ARRAY['signin', 'scim.user.patched', 'scim.user.created', 'signout', 'signin.refused', 'roles'])[1 + n % 6],
 'person:' || (:people)[1 + (n * 7) % :many], '{"provider": "okta", "fields": ["title"]}',
 md5(n::text), md5(n::text)
FROM generate_series(1, :lines) n
"""


def fill(database: str, people: int) -> None:
    """Store people with profiles, departments, SCIM's rows, and groups of the provider."""
    with engine(database).begin() as connection:
        teams = list(departments())
        copy(connection, Department, teams)
        made = list(persons(people))
        copy(connection, Person, made)
        placed = [(p["id"], teams[DIVISIONS + n % TEAMS]) for n, p in enumerate(made)]
        copy(connection, Profile, ({"person_id": i, "department_id": t["id"]} for i, t in placed))
        copy(
            connection, DepartmentMembership, ({"person_id": i, "department_id": t["id"]} for i, t in placed)
        )
        documents = list(said(made, [team["path"] for _i, team in placed]))
        copy(connection, ScimUser, (found_by(p, doc) for p, doc in zip(made, documents, strict=True)))
        held = zip(made, documents, strict=True)
        copy(connection, ScimDocument, ({"person_id": p["id"], "data": doc} for p, doc in held))
        rows = (email_rows(p["id"], doc) for p, doc in zip(made, documents, strict=True))
        copy(connection, ScimEmail, chain.from_iterable(rows))
        groups(connection, [person["id"] for person in made])


def departments() -> Iterator[dict[str, Any]]:
    """Give divisions, then their teams."""
    tops = [new_id() for _ in range(DIVISIONS)]
    for n, top in enumerate(tops):
        name = f"Division {n}"
        yield {"id": top, "parent_id": None, "name": name, "path": name, "source": "scim"}
    for n in range(TEAMS):
        division = n % DIVISIONS
        path = f"Division {division} / Team {n}"
        team = {"id": new_id(), "parent_id": tops[division], "name": f"Team {n}", "path": path}
        yield team | {"source": "scim"}


def persons(people: int) -> Iterator[dict[str, Any]]:
    """Give accounts; one in fifty has been shut out."""
    for n in range(people):
        given, family = f"Given{n % GIVEN}", f"Family{n}"
        yield {
            "id": new_id(), "uid": f"person{n}", "email": f"person{n}@example.com",
            "given_name": given, "family_name": family, "display_name": f"{given} {family}",
            "sort_name": f"family{n} given{n % GIVEN}",
            "title": f"Engineer {n % TITLES}", "site": f"Site {n % SITES}", "roles": "",
            "status": "deactivated" if n % 50 == 49 else "active", "created_at": BORN + timedelta(seconds=n),
        }  # fmt: skip


def said(people: Sequence[dict[str, Any]], paths: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give the document of each person, as SCIM writes whom no provider manages."""
    for person, path in zip(people, paths, strict=True):
        yield described(SimpleNamespace(**person, path=path, phone="", manager_id=None), {})


def found_by(person: dict[str, Any], doc: dict[str, Any]) -> dict[str, Any]:
    """Give the row that SCIM finds a person by."""
    at = person["created_at"]
    return {**columns(person["id"], doc), "person_id": person["id"], "created_at": at, "modified_at": at}


def groups(connection: Connection, people: Sequence[int]) -> None:
    """Store groups of the provider, each with members."""
    chosen, ids = random.Random(3), [new_id() for _ in range(GROUPS)]
    at = {"created_at": BORN, "modified_at": BORN, "provider": PROVIDER}
    rows = [{"id": i, "public_id": encode_id(i), "name": f"Group {n}", **at} for n, i in enumerate(ids)]
    copy(connection, ScimGroup, ({**row, "display_name": fold(row["name"])} for row in rows))
    pairs = ((i, person) for i in ids for person in chosen.sample(people, min(MEMBERS, len(people))))
    copy(connection, ScimMember, ({"group_id": group, "person_id": person} for group, person in pairs))


def audit(database: str, lines: int) -> None:
    """Store lines of the audit log: of 1,000 people in turn, 20 seconds apart."""
    with engine(database).begin() as connection:
        some = list(connection.scalars(text("SELECT id FROM person ORDER BY id LIMIT 1000")))
        connection.execute(text(AUDIT), {"people": some, "many": len(some), "lines": lines})


def copy(connection: Connection, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of the same fields by COPY; a column that they leave out has its default."""
    todo = iter(rows)
    first = next(todo)
    usual = {
        c.name: c.default.arg if c.default.is_scalar else c.default.arg(None)
        for c in model.__table__.columns
        if c.default is not None and c.name not in first
    }
    wide = [c for c in model.__table__.columns if c.name in first or c.name in usual]
    named = ", ".join(f'"{c.name}"' for c in wide)
    raw: Any = connection.connection.dbapi_connection
    with raw.cursor() as cursor, cursor.copy(f'COPY "{model.__tablename__}" ({named}) FROM STDIN') as out:
        for row in chain([first], todo):
            values = usual | row
            out.write_row([_plain(c, values[c.name]) for c in wide])


def _plain(column: Any, value: Any) -> Any:
    if isinstance(value, frozenset):
        return " ".join(sorted(value))
    return json.dumps(value) if isinstance(column.type, JSON) else value


def engine(database: str) -> Any:
    """Give a way to the database that nothing of the application shares."""
    return create_engine(database, isolation_level="READ COMMITTED")


def settle(database: str) -> None:
    """Do what a server does by itself in its quiet minutes: statistics, and which pages all may see."""
    with create_engine(database, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
