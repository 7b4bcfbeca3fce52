"""SCIM over HTTP on PostgreSQL: pages and filters of a large company, and creating people one after another.

One web process without a worker; a create writes account, profile, department, audit line and outbox.
`--quick` creates 500 people and pages through 5,000; else 10,000 and 100,000.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from flask_migrate import upgrade
from sqlalchemy import create_engine, insert, text

from bench.front import free_port
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import db
from rse.core.model import new_id
from rse.people.models import Profile
from rse.provisioning import scim_people, scim_tokens
from tests import servers

ROOT = Path(__file__).resolve().parents[1]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
QUICK, LARGE = (500, 5_000), (10_000, 100_000)  # created by HTTP, there to page through
ASKED = 200  # times each page
PART = 5_000


def payload(n: int) -> bytes:
    """Write somebody as a provider sends them."""
    name = f"created{n}@example.com"
    data = {
        "schemas": [USER, ENTERPRISE],
        "userName": name,
        "externalId": f"x{n}",
        "displayName": f"Given{n} Family{n}",
        "name": {"givenName": f"Given{n}", "familyName": f"Family{n}"},
        "title": "Engineer",
        "active": True,
        "emails": [{"value": name, "type": "work", "primary": True}],
        ENTERPRISE: {"department": f"Division {n % 20} / Team {n % 200}", "employeeNumber": str(n)},
    }
    return json.dumps(data).encode()


def fill(people: int) -> None:
    """Store people and the rows that SCIM finds them by."""
    session = db.begin_write()
    for start in range(0, people, PART):
        ids = [new_id() for _ in range(start, min(people, start + PART))]
        persons = [
            {
                "id": i, "uid": f"person{n}", "email": f"person{n}@example.com",
                "given_name": f"Given{n % 997}", "family_name": f"Family{n}",
                 "display_name": f"Given{n % 997} Family{n}",
                "sort_name": f"family{n}",
                "title": f"Engineer {n % 50}", "site": f"Site {n % 30}", "created_at": datetime.now(UTC),
            }
            for n, i in enumerate(ids, start)
        ]  # fmt: skip
        session.execute(insert(Person), persons)
        profiles = [{"person_id": i, "languages": [], "locked": {}, "imported": {}} for i in ids]
        session.execute(insert(Profile), profiles)
        scim_people.mirror(session, ids)
    db.commit()


def settle(database: str) -> None:
    """Do what a server does by itself in its quiet minutes: statistics, and which pages all may see."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("scim_user", "scim_document", "scim_email", "person", "profile"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    engine.dispose()


class Provider:
    """One connection that is kept open."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """Ask once. Raises RuntimeError for a refusal."""
        self.connection.request(method, f"/scim/v2{path}", body, self.headers)
        answer = self.connection.getresponse()
        data: dict[str, Any] = json.loads(answer.read())
        if answer.status >= 400:
            raise RuntimeError(data)
        return data

    def slow(self, paths: list[str]) -> float:
        """Give the 95th percentile of asking for these, in ms."""
        taken = []
        for turn in range(ASKED):
            start = time.perf_counter()
            self.ask("GET", paths[turn % len(paths)])
            taken.append(time.perf_counter() - start)
        return quantiles(taken, n=20)[-1] * 1000


def listed(**query: Any) -> str:
    return f"/Users?{urlencode(query)}"


def pages(people: int) -> dict[str, list[str]]:
    """Give the pages that are measured; `people` are there to be found."""
    some = random.Random(7).sample(range(people), 40)
    starts = [1 + n for n in some]
    return {
        "page of 100": [listed(startIndex=n, count=100) for n in starts],
        "last page of 100": [listed(startIndex=people - 100, count=100)],
        "sorted by family name": [listed(startIndex=n, count=100, sortBy="name.familyName") for n in starts],
        "userName eq": [listed(filter=f'userName eq "PERSON{n}@example.com"') for n in some],
        "emails[...].value eq": [
            listed(filter=f'emails[type eq "work"].value eq "person{n}@example.com"') for n in some
        ],
        "familyName sw": [listed(filter=f'name.familyName sw "family{n}"') for n in some],
        "displayName co": [listed(filter=f'displayName co "given{n % 997} f"') for n in some],
        "active and title": [listed(filter=f'active eq true and title eq "engineer {n % 50}"') for n in some],
    }  # fmt: skip


@contextmanager
def served(data: Path, database: str, port: int) -> Iterator[None]:
    """Run the web process."""
    values = {"RSE_DATA_DIR": str(data), "RSE_DATABASE_URL": database, "RSE_ASYNC_MODE": "gevent"}
    values |= {"RSE_BASE_URL": f"http://127.0.0.1:{port}", "RSE_RATE_LIMITS": "0", "RSE_LOG_LEVEL": "error"}
    options = ["-k", "gevent", "-w", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "wsgi:app"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *options], env=os.environ | values, cwd=ROOT)
    try:
        servers.wait_for(port, 60)
        yield
    finally:
        server.terminate()
        server.wait()


def row(what: str, size: int, value: float, unit: str, target: str) -> dict[str, Any]:
    return {"what": f"SCIM, {what}", "size": size, "value": value, "unit": unit, "target": target}


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure creation and pages."""
    created, people = LARGE if len(sizes) > 1 else QUICK
    with tempfile.TemporaryDirectory() as temporary, servers.postgres() as database:
        data, port = Path(temporary), free_port()
        app = create_app(
            {"secret_key": "x" * 40, "data_dir": data, "database_url": database, "log_level": "error"}
        )
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            fill(people)
            token = scim_tokens.create(db.begin_write(), "bench", None, 0)
            db.commit()
            db.db.session.remove()
            db.db.engine.dispose()
        settle(database)
        with served(data, database, port):
            return list(measured(Provider(port, token), created, people))


def measured(provider: Provider, created: int, people: int) -> Iterator[dict[str, Any]]:
    """Ask, pages first, and give the figures."""
    provider.ask("GET", listed(count=1))
    for what, paths in pages(people).items():
        yield row(f"{what}: p95", people, provider.slow(paths), "ms", "< 50")
    start = time.perf_counter()
    for n in range(created):
        provider.ask("POST", "/Users", payload(n))
    seconds = time.perf_counter() - start
    yield row("people created, one after the other", created, seconds, "s", f"< {180 * created // 10_000}")
