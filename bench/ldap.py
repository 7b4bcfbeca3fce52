"""The synchronisation of a directory. The server is played by an iterator of entries: what is measured is our
side (understanding, comparing, writing), not the network and not the parsing of LDAP messages.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from flask_migrate import upgrade

from rse.app import create_app
from rse.provisioning import ldap_sync
from rse.provisioning.ldap import Found
from rse.provisioning.ldap_rows import Schema
from rse.provisioning.transactions import writing

ROOT = Path(__file__).resolve().parents[1]
BASE = "ou=people,dc=example,dc=com"
QUICK, LARGE = 5_000, 100_000
CHANGED = 100


class Company:
    """A directory of a number of people, ten to a manager; `changed` of them have a new title."""

    def __init__(self, size: int) -> None:
        self.size, self.changed = size, 0

    def entries(self, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
        """Give everybody."""
        for n in range(self.size):
            uid = f"person{n}"
            values = {
                "entryuuid": str(UUID(int=n)),
                "modifytimestamp": "20261121120000Z",
                "uid": uid,
                "mail": f"{uid}@x.example",
                "givenname": f"Given{n}",
                "sn": f"Family{n}",
                "title": "Chief" if n < self.changed else "Engineer",
                "ou": f"Division {n % 20} / Team {n % 200}",
                "l": f"Site {n % 30}",
                "telephonenumber": f"+33 1 {n:08}",
                "manager": f"uid=person{n // 10},{BASE}" if n else "",
            }
            yield Found(f"uid={uid},{BASE}", {k: [v.encode()] for k, v in values.items() if v})


def timed(source: Company) -> tuple[float, ldap_sync.Report]:
    start = time.perf_counter()
    report = ldap_sync.run(source, Schema(base=BASE), ldap_sync.Options(), writing)
    return time.perf_counter() - start, report


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure a first run, one that finds nothing new, and one with a few changes; on SQLite."""
    size = LARGE if len(sizes) > 1 else QUICK
    rows: list[dict[str, Any]] = []

    def row(what: str, value: float, unit: str, target: str = "") -> None:
        rows.append({"what": what, "size": size, "value": value, "unit": unit, "target": target})

    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"secret_key": "b" * 40, "data_dir": Path(folder), "log_level": "error"})
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            source = Company(size)
            seconds, report = timed(source)
            row("directory sync, first run", seconds, "s")
            row("people made by it", float(report.counts["created"]), "", f">= {size}")
            seconds, report = timed(source)
            row("directory sync, nothing has changed", seconds, "s", "< 60")
            row("people found unchanged", float(report.counts["unchanged"]), "", f">= {size}")
            source.changed = CHANGED
            seconds, report = timed(source)
            row(f"directory sync, {CHANGED} changes", seconds, "s", "< 60")
            row("people updated", float(report.counts["updated"]), "", f">= {CHANGED}")
    row("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    return rows


if __name__ == "__main__":
    for found in run((1, 2) if "--large" in sys.argv else (1,)):
        print(found, os.getloadavg()[0])
