"""The administration of a large company on PostgreSQL: people, audit log, provisioning, roles, over HTTP.

100,000 people and 1,000,000 lines of the audit log; `--quick` 5,000 and 50,000. One web process.
"""

import http.client
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from flask_migrate import upgrade
from sqlalchemy import insert, select, update

from bench import large
from bench.imports import ROOT
from bench.serving import served
from rse.accounts import service, sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import clock, db
from rse.people.models import Profile
from rse.provisioning.models import ProvisioningRun
from tests import servers

QUICK, LARGE = (5_000, 50_000), (100_000, 1_000_000)  # people, lines of the audit log
ASKED, RUNS = 60, 40
CHANGES = 1_000  # kept of a run
SECRET = "x" * 40


def addresses() -> dict[str, tuple[str, dict[str, str]]]:
    """Give what each page is called, where it is and what it is asked."""
    people, audit = "/admin/people", "/admin/audit"
    return {
        "people": (people, {}),
        "people by name": (people, {"q": "given77 family1"}),
        "people by the beginning of an address": (people, {"q": "person77@"}),
        "people shut out": (people, {"state": "deactivated"}),
        "people who never came": (people, {"state": "never"}),
        "people with a role": (people, {"role": "admin"}),
        "managers": (people, {"role": "manager"}),
        "roles": ("/admin/roles", {}),
        "audit": (audit, {}),
        "audit, one actor": (audit, {"actor": "person7"}),
        "audit, about one person": (audit, {"target": "person9"}),
        "audit, frequent action": (audit, {"action": "signin"}),
        "audit, rare action": (audit, {"action": "token.create"}),
        "audit, until an early day": (audit, {"until": "2026-01-05"}),
        "provisioning": ("/admin/provisioning", {}),
    }


def runs() -> None:
    """Store runs of a directory with as many changes as are kept."""
    now = clock.now()
    change = {"uid": "person1", "what": "updated", "fields": {"title": ["Engineer", "Chief"]}}
    rows = [
        {
            "source": "ldap", "kind": "full", "state": "done", "running": None,
            "counts": {"updated": CHANGES},
            "started_at": now - timedelta(hours=n + 1), "seen_at": now, "ended_at": now - timedelta(hours=n),
            "changes": [change] * CHANGES, "problems": [], "error": "", "mark": "",
        }
        for n in range(RUNS)
    ]  # fmt: skip
    db.begin_write().execute(insert(ProvisioningRun), rows)
    db.commit()


def administrator() -> str:
    """Make one of the people an administrator; give the token of a session."""
    session = db.begin_write()
    person = session.scalars(select(Person).where(Person.uid == "person7")).one()
    service.set_role(session, person, "admin", held=True)
    session.execute(update(Profile).where(Profile.person_id == person.id).values(welcome_step=4))
    token = sessions.begin(session, person.id)
    db.commit()
    return token


def slow(port: int, token: str, path: str) -> float:
    """Give the 95th percentile of a page, in ms. Raises RuntimeError when it is not one."""
    connection, taken = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    headers = {"Cookie": f"rse_session={token}", "Accept": "text/html"}
    for _turn in range(ASKED):
        start = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
    return quantiles(taken[ASKED // 6 :], n=20)[-1] * 1000


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure each page."""
    people, lines = LARGE if len(sizes) > 1 else QUICK
    with tempfile.TemporaryDirectory() as temporary, servers.postgres() as database:
        data = Path(temporary)
        app = create_app(
            {"secret_key": SECRET, "data_dir": data, "database_url": database, "log_level": "error"}
        )
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            large.fill(database, people)
            large.audit(database, lines)
            runs()
            token = administrator()
            db.db.session.remove()
            db.db.engine.dispose()
        large.settle(database)
        with served(data, database_url=database, secret_key=SECRET) as web:
            return list(measured(web.port, token, people, lines))


def measured(port: int, token: str, people: int, lines: int) -> Iterator[dict[str, Any]]:
    """Ask for each."""
    for what, (path, asked) in addresses().items():
        size = lines if what.startswith("audit") else people
        took = slow(port, token, f"{path}?{urlencode(asked)}" if asked else path)
        yield {
            "what": f"administration, {what}: p95",
            "size": size,
            "value": took,
            "unit": "ms",
            "target": "< 80",
        }


if __name__ == "__main__":
    for found in run((1,)):
        print(found)
