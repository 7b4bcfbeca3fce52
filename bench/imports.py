"""The import of a company's old conversations: time, memory, and what a SIGKILL in the middle leaves."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import company

ROOT = Path(__file__).resolve().parents[1]
PEOPLE, MESSAGES, QUICK = 1_200, 69_354, 7_000


def flask(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def environment(data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "RSE_DATA_DIR": str(data),
        "RSE_DATABASE_URL": "",
        "RSE_REDIS_URL": "",
        "RSE_LOG_LEVEL": "error",
    }


def timed(data: Path, *arguments: str) -> tuple[float, float]:
    """Run a command; give its seconds and the peak of its memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(
        flask(data, *arguments), env=environment(data), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{arguments} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def count(data: Path) -> int:
    with sqlite3.connect(data / "rse.db") as connection:
        posts = connection.execute("SELECT count(*) FROM post").fetchone()[0]
        return int(posts + connection.execute("SELECT count(*) FROM comment").fetchone()[0])


def killed(data: Path, file: Path, wanted: int) -> int:
    """Import, kill in the middle, import again; give how many messages stand at the end."""
    child = subprocess.Popen(
        flask(data, "import", "threads", str(file)),
        env=environment(data),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    while child.poll() is None and count(data) < wanted // 2:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    timed(data, "import", "threads", str(file))
    timed(data, "relay")
    return count(data)


def prepared(folder: Path, name: str, people: Path) -> Path:
    data = folder / name
    data.mkdir()
    timed(data, "db", "upgrade")
    timed(data, "import", "directory", str(people))
    return data


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure on data of our own making."""
    wanted = MESSAGES if len(sizes) > 1 else QUICK
    rows: list[dict[str, Any]] = []

    def row(what: str, value: float, unit: str, target: str = "") -> None:
        rows.append({"what": what, "size": wanted, "value": value, "unit": unit, "target": target})

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        people, file = folder / "people.csv", folder / "threads.jsonl"
        company.threads(file, company.directory(people, PEOPLE), wanted)
        data = prepared(folder, "whole", people)
        seconds, memory = timed(data, "import", "threads", str(file))
        index, index_memory = timed(data, "relay")
        row("import of threads, database", seconds, "s")
        row("index and everything that follows", index, "s")
        row("import, index included", seconds + index, "s", "< 300")
        row("peak memory", max(memory, index_memory), "MB", "< 1000")
        row("import again: nothing new", timed(data, "import", "threads", str(file))[0], "s")
        row("messages after it", float(count(data)), "", f">= {wanted}")
        row(
            "messages after SIGKILL and a second import",
            float(killed(prepared(folder, "cut", people), file, wanted)),
            "",
            f">= {wanted}",
        )
    return rows
