"""An announcement to a whole company: how long the author waits, and until everybody has it in the page.

`--quick` tells 1,000 people; else 100,000, on SQLite, with one worker in this process.
"""

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from rse.accounts.models import Person
from rse.app import create_app
from rse.core import clock, db, jobs
from rse.core.events import emit
from rse.core.model import new_id
from rse.core.notice import Told
from rse.notifications import delivering
from rse.notifications.models import Notification

ROOT = Path(__file__).resolve().parents[1]
LARGE, PART, QUICK = 100_000, 5_000, 1_000


def fill(people: int) -> int:
    """Make employees; gives one of them."""
    now, first = clock.now(), 0
    for start in range(0, people, PART):
        session = db.begin_write()
        rows = [
            {
                "id": new_id(), "uid": f"p{n}", "email": f"p{n}@example.com", "display_name": f"Person {n}",
                "roles": frozenset(), "created_at": now, "kind": "employee", "status": "active",
            }
            for n in range(start, min(start + PART, people))
        ]  # fmt: skip
        session.execute(insert(Person), rows)
        db.commit()
        first = first or rows[0]["id"]
    return first


def spread(by_id: int) -> float:
    """Tell everybody; gives the seconds that the transaction of the event took."""
    began = time.perf_counter()
    session = db.begin_write()
    notice = delivering.kinds()["announcement"]
    told = Told("group:1", "group:1", 1, clock.now(), "everyone", None, by_id)
    emit(session, delivering.piece(notice, told, ()))
    db.commit()
    return time.perf_counter() - began


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure one company."""
    people = QUICK if len(sizes) == 1 else LARGE
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"secret_key": "b" * 40, "data_dir": folder, "mail_url": "smtp://127.0.0.1:1"})
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            author = fill(people)
            waited = spread(author)
            began = time.perf_counter()
            while jobs.drain():
                pass
            seconds = time.perf_counter() - began
            stored = db.db.session().scalar(select(func.count()).select_from(Notification))
            assert stored == people - 1, stored
            db.db.session.remove()
            db.db.engine.dispose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = {"size": people}
    return [
        {
            **name,
            "what": "announcement: the author waits",
            "value": waited * 1000,
            "unit": "ms",
            "target": "< 300",
        },
        {**name, "what": "announcement: in the page of all", "value": seconds, "unit": "s", "target": "< 60"},
        {**name, "what": "announcement: memory at most", "value": memory, "unit": "MB", "target": "< 500"},
    ]
