"""First load of the feed in Chromium: weight over the wire, largest paint at a 4x slower processor."""

import gzip
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import company
from bench.imports import ROOT, environment, timed

RUNS = 5
WATCH = """() => new Promise(done => {
  let last = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) last = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done(last), 1500);
})"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def signed_in(data: Path, uid: str) -> str:
    """Make a session row, give its token."""
    code = (
        "import sys; from sqlalchemy import select; from rse.app import create_app; from rse.core import db\n"
        "from rse.accounts import sessions; from rse.accounts.models import Person\n"
        "with create_app().app_context():\n"
        "  s = db.begin_write(); p = s.scalar(select(Person.id).where(Person.uid == sys.argv[1]))\n"
        "  t = sessions.begin(s, p); db.commit(); print(t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, uid],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def skip_welcome(data: Path) -> None:
    import sqlite3

    with sqlite3.connect(data / "rse.db") as connection:
        connection.execute("UPDATE profile SET welcome_step = 3")


def start(data: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the application's web process and wait until it answers."""
    url = f"http://127.0.0.1:{port}"
    env = {**environment(data), "RSE_BASE_URL": url, "RSE_ASYNC_MODE": "gevent", "RSE_RATE_LIMITS": "0"}
    options = ["-k", "gevent", "-w", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *options, "wsgi:app"], env=env, cwd=ROOT)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2)
            break
        except OSError:
            time.sleep(0.1)
    return server


def load(page: Page, url: str) -> tuple[float, dict[str, int]]:
    """Load the feed once; give the largest paint (s) and the compressed bytes by kind."""
    weights: dict[str, int] = {}
    seen: list[Any] = []
    page.on("response", lambda response: seen.append(response))  # noqa: PLW0108 - a builtin is refused
    page.goto(url, wait_until="load")
    paint = float(page.evaluate(WATCH)) / 1000
    for response in seen:
        kind = response.request.resource_type
        weights[kind] = weights.get(kind, 0) + len(gzip.compress(response.body(), 6))
    return paint, weights


def run(_sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure on a company of 200 people and 2,000 messages."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return [{"what": "first load of the feed", "value": "Chromium is not installed", "unit": ""}]
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        uids = company.directory(data / "people.csv", 200)
        company.threads(data / "threads.jsonl", uids, 2_000)
        for step in (
            ("db", "upgrade"),
            ("import", "directory", str(data / "people.csv")),
            ("import", "threads", str(data / "threads.jsonl")),
        ):
            timed(data, *step)
        skip_welcome(data)
        port = free_port()
        server = start(data, port)
        try:
            return measure(chromium, port, signed_in(data, uids[3]))
        finally:
            server.terminate()
            server.wait()


def measure(chromium: str, port: int, token: str) -> list[dict[str, Any]]:
    """Open the feed in fresh browsers."""
    url = f"http://127.0.0.1:{port}/"
    paints: list[float] = []
    weights: dict[str, int] = {}
    flags = [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for _ in range(RUNS):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")
            context.add_cookies([{"name": "rse_session", "value": token, "url": url}])
            page = context.new_page()
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
            paint, weights = load(page, url)
            paints.append(paint)
            context.close()
        browser.close()
    total = sum(weights.values()) / 1000
    return [
        {
            "what": "first load of the feed: script, compressed",
            "value": weights.get("script", 0) / 1000,
            "unit": "kB",
            "target": "< 100",
        },
        {
            "what": "first load of the feed: everything, compressed",
            "value": total,
            "unit": "kB",
            "target": "< 160",
        },
        {
            "what": f"largest paint, 4x slower processor, median of {RUNS}",
            "value": median(paints) * 1000,
            "unit": "ms",
            "target": "< 1000",
        },
        {"what": "the same, slowest", "value": max(paints) * 1000, "unit": "ms", "target": ""},
    ]
