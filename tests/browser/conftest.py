"""Chromium and a running application for the browser tests. `open_as("amelie")` gives a page that is signed in."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from rse.accounts import sessions
from tests import servers

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
SHELL, WHOLE = ("chromium-headless-shell",), ("chromium", "chromium-browser", "google-chrome")
QUIET = ("net::ERR_INTERNET_DISCONNECTED",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that `-m "not browser"` leaves it out."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """The system's Chromium, the shell without a window first (it takes a quarter less); a skip where there is none."""
    with _launched(driver, *SHELL, *WHOLE) as browser:
        yield browser


@pytest.fixture(scope="session")
def whole_chromium(driver: Playwright) -> Iterator[Browser]:
    """The system's whole Chromium: the shell shows no notifications."""
    with _launched(driver, *WHOLE) as browser:
        yield browser


@contextmanager
def _launched(driver: Playwright, *programs: str) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        servers.missing("Chromium")
    browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo company, made once for all workers; to be copied."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-company"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data").exists():
            making = folder / "making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            command = [sys.executable, "-m", "tests.browser.serve", "0", str(making)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
            making.rename(folder / "data")
    return folder / "data"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, demo_company: Path) -> Iterator["Served"]:
    """The application in a process of its own, filled with the demo company."""
    if not (ROOT / "static" / "dist" / "manifest.json").exists():
        servers.missing("the front-end bundle (node static/build.mjs)")
    folder, port = tmp_path_factory.mktemp("served"), servers.free_port()
    shutil.copytree(demo_company, folder, dirs_exist_ok=True)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.serve", str(port), str(folder)],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            servers.wait_for(port, 240)
        except TimeoutError:
            pytest.fail("the application did not start:\n" + (folder / "log").read_text()[-3000:])
        yield Served(f"http://127.0.0.1:{port}", json.loads((folder / "tokens.json").read_text()), folder)
    finally:
        process.terminate()
        process.wait(20)


class Served:
    """Where the application listens, and the session of each of the cast."""

    def __init__(self, url: str, tokens: dict[str, str], folder: Path) -> None:
        self.url, self.tokens, self.folder = url, tokens, folder

    def cookies(self, name: str) -> list[dict[str, Any]]:
        value = self.tokens[name]
        return [{"name": sessions.cookie_name(secure=False), "value": value, "url": self.url}]


def watch(page: Page) -> list[str]:
    """Gather what goes wrong in a page: errors in the console, exceptions."""
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in QUIET):
            wrong.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


Open = Callable[..., Page]


@pytest.fixture
def open_as(chromium: Browser, server: Served) -> Iterator[Open]:
    """Open a page as one of the cast ("amelie"), or as nobody (None); keywords go to the browser's context."""
    with _opening(chromium, server) as opened:
        yield opened


@pytest.fixture
def open_whole(whole_chromium: Browser, server: Served) -> Iterator[Open]:
    """Open a page as `open_as` does, in the whole Chromium."""
    with _opening(whole_chromium, server) as opened:
        yield opened


@contextmanager
def _opening(browser: Browser, server: Served) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def opened(name: str | None, path: str = "/", **settings: Any) -> Page:
        context = browser.new_context(base_url=server.url, **({"service_workers": "block"} | settings))
        contexts.append(context)
        context.set_default_timeout(10_000)
        if name:
            context.add_cookies(server.cookies(name))  # type: ignore[arg-type]
        page = context.new_page()
        page.wrong = watch(page)  # type: ignore[attr-defined]
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
