"""`make bench`: runs the benchmarks on data that they make, prints a table, writes bench/results/<time>.json.

    python -m bench.run               everything, small sizes first
    python -m bench.run feed search   some of them
    python -m bench.run --quick       the smallest sizes only

A row is {"what", "size", "value", "unit", "target"}; `target` is a text such as ">= 250" or "< 150", or "".
Figures depend on the machine and on what else it does: quote them with the line that names it.
"""

import argparse
import importlib
import json
import operator
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODULES = (
    "imports",
    "feed",
    "server",
    "search",
    "search_pages",
    "search_kill",
    "search_storm",
    "experts",
    "chat",
    "front",
    "ldap",
    "scim",
    "signin",
    "pages",
    "notifications",
    "day",
    "indicators",
)
SIZES = (1_000, 60_000)
COMPARE = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}


def met(row: dict[str, Any]) -> str:
    """Say whether a figure reaches its target."""
    sign, _, bound = row.get("target", "").partition(" ")
    if sign not in COMPARE or not isinstance(row["value"], int | float):
        return ""
    return "yes" if COMPARE[sign](row["value"], float(bound)) else "NO"


def show(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table."""
    for row in rows:
        value = f"{row['value']:,.1f}" if isinstance(row["value"], float) else str(row["value"])
        left = f"{row['what']:<58} {row.get('size', '')!s:>8} {value:>12} {row.get('unit', ''):<8}"
        print(f"{left} {row.get('target', ''):<10} {met(row)}", flush=True)


def machine() -> str:
    """Name what is measured on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def keep(rows: list[dict[str, Any]]) -> Path:
    """Write rows with the machine's name and load to a new file of bench/results; give it."""
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"machine": machine(), "load": os.getloadavg(), "rows": rows}, indent=1))
    return path


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description="Benchmarks of rse")
    parser.add_argument("modules", nargs="*", help=", ".join(MODULES))
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    sizes = SIZES[:1] if arguments.quick else SIZES
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}")
    os.environ["RSE_LOG_LEVEL"] = "error"  # a line for each request would drown the table
    found: list[dict[str, Any]] = []
    for name in arguments.modules or MODULES:
        rows = importlib.import_module(f"bench.{name}").run(sizes)
        show(rows)
        found += rows
    print(keep(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
