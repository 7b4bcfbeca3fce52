"""SCIM over HTTP on PostgreSQL: pages and filters of a large company, and creating people one after another.

One web process without a worker; a create writes account, profile, department, audit line and outbox. Then a
second process with Redis between: how soon the socket of who is shut out is cut there.
`--quick` creates 500 people and pages through 5,000; else 10,000 and 100,000.
"""

import http.client
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from flask_migrate import upgrade

from bench import large
from bench.serving import Web, served
from rse.accounts import sessions
from rse.app import create_app
from rse.core import db
from rse.core.model import decode_id
from rse.provisioning import scim_tokens
from tests import servers
from tests.chat.servers import Client

ROOT = Path(__file__).resolve().parents[1]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
QUICK, LARGE = (500, 5_000), (10_000, 100_000)  # created by HTTP, there to page through
ASKED = 200  # times each page
CUT = 10  # people shut out
SECRET = "x" * 40
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
DEACTIVATE = json.dumps(
    {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
).encode()


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


class Provider:
    """One connection that is kept open."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """Ask once. Raises RuntimeError for a refusal."""
        try:
            self.connection.request(method, f"/scim/v2{path}", body, self.headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # kept open for too long: a new one, as providers do
            self.connection.close()
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
    late = {"sortBy": "meta.lastModified", "sortOrder": "descending"}
    return {
        "first page of 100": [listed(count=100)],
        "page of 100, anywhere": [listed(startIndex=n, count=100) for n in starts],
        "last page of 100": [listed(startIndex=people - 100, count=100)],
        "count=0": [listed(count=0)],
        "page with two attributes": [listed(startIndex=n, attributes="userName,active") for n in starts],
        "page without groups": [listed(startIndex=n, excludedAttributes="groups") for n in starts],
        "sorted by userName": [listed(startIndex=n, sortBy="userName") for n in starts],
        "sorted by lastModified": [listed(startIndex=n, **late) for n in starts],
        "sorted by family name": [listed(startIndex=n, sortBy="name.familyName") for n in starts],
        "userName eq": [listed(filter=f'userName eq "PERSON{n}@example.com"') for n in some],
        "externalId eq": [listed(filter=f'externalId eq "x{n}"') for n in some],
        "emails eq": [listed(filter=f'emails.value eq "person{n}@example.com"') for n in some],
        "emails[...].value eq": [
            listed(filter=f'emails[type eq "work"].value eq "person{n}@example.com"') for n in some
        ],
        "active eq true": [listed(filter="active eq true", startIndex=n) for n in starts],
        "lastModified gt": [listed(filter='meta.lastModified gt "2026-01-01T12:00:00Z"')],
        "displayName sw": [listed(filter=f'displayName sw "given{n % 997} f"') for n in some],
        "displayName co": [listed(filter=f'displayName co "given{n % 997} f"') for n in some],
        "active and title": [listed(filter=f'active eq true and title eq "engineer {n % 50}"') for n in some],
        "groups without members": ["/Groups?count=100&excludedAttributes=members"],
        "20 groups with 100 members each": [f"/Groups?count=20&startIndex={1 + n % 180}" for n in some],
    }  # fmt: skip


def row(what: str, size: int, value: float, unit: str, target: str) -> dict[str, Any]:
    return {"what": f"SCIM, {what}", "size": size, "value": value, "unit": unit, "target": target}


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure creation and pages, then how soon who is shut out is put out."""
    created, people = LARGE if len(sizes) > 1 else QUICK
    with tempfile.TemporaryDirectory() as temporary, servers.postgres() as database, servers.redis() as queue:
        data = Path(temporary)
        app = create_app(
            {"secret_key": SECRET, "data_dir": data, "database_url": database, "log_level": "error"}
        )
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            start = time.perf_counter()
            large.fill(database, people)
            filled = time.perf_counter() - start
            token = scim_tokens.create(db.begin_write(), large.PROVIDER, None, 0)
            db.commit()
            db.db.session.remove()
            db.db.engine.dispose()
        large.settle(database)
        found = [row("the company made", people, filled, "s", "")]
        settings = {"database_url": database, "redis_url": queue, "secret_key": SECRET}
        with served(data, mode="threading", **settings) as web:  # as docs/deployment.md has it on PostgreSQL
            found += measured(Provider(web.port, token), created, people)
            found.append(row("memory of the web process", people, web.memory(), "MB", ""))
            with served(data, **settings) as sockets, app.app_context():
                found += shut_out(Provider(web.port, token), sockets, people)
                db.db.engine.dispose()
        return found


def measured(provider: Provider, created: int, people: int) -> Iterator[dict[str, Any]]:
    """Ask, pages first, and give the figures."""
    provider.ask("GET", listed(count=1))
    for what, paths in pages(people).items():
        yield row(f"{what}: p95", people, provider.slow(paths), "ms", "< 50")
    start, taken = time.perf_counter(), list[float]()
    for n in range(created):
        begun = time.perf_counter()
        provider.ask("POST", "/Users", payload(n))
        taken.append(time.perf_counter() - begun)
    seconds = time.perf_counter() - start
    yield row("people created, one after the other", created, seconds, "s", f"< {180 * created // 10_000}")
    yield row("one creation: p95", created, quantiles(taken, n=20)[-1] * 1000, "ms", "")
    for what in ("first page of 100", "page of 100, anywhere", "active eq true"):
        slow = provider.slow(pages(people)[what])
        yield row(f"{what}, after that: p95", people + created, slow, "ms", "< 50")


def shut_out(provider: Provider, sockets: Web, people: int) -> Iterator[dict[str, Any]]:
    """Open a page's socket at one process, shut its person out through another; give how soon it is cut."""
    taken = []
    for turn in range(CUT):
        made = provider.ask("POST", "/Users", payload(1_000_000 + turn))
        session = sessions.begin(db.begin_write(), decode_id(made["id"]))
        db.commit()
        client = Client(sockets.url, cookie=session, origin=sockets.url)
        try:
            start = time.perf_counter()
            provider.ask("PATCH", f"/Users/{made['id']}", DEACTIVATE)
            client.wait_until_cut()
            taken.append(time.perf_counter() - start)
        finally:
            client.close()
    yield row("active: false to dead socket in another process, slowest", people, max(taken), "s", "< 1")
    yield row("the same, median", people, median(taken), "s", "")
