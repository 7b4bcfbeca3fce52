"""What sockets wait while many search: one process, Whoosh over made-up posts on SQLite, real sockets.

    python -m bench.search_storm 100000 [SECONDS]

Some signed-in people hold a socket, and ask for a ping and an event over and over; meanwhile others ask the
search page as fast as it answers, every time for other words, so that nothing is known already. Sockets'
pings say how long the process does not listen; events say what people feel. The same is measured before,
while nobody searches. Making 100,000 texts takes about five minutes, measuring twice SECONDS (20).
"""

import argparse
import itertools
import os
import threading
import time
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.chat import Generator, Row, first_core, generator, row
from bench.feed import SECRET, cookies
from bench.run import keep, show
from bench.search import QUESTIONS, p95
from bench.search_pages import application
from bench.serving import Web, served
from rse.core import db
from rse.search import service
from rse.search.current import backend, sources

SOCKETS, SEARCHERS = 8, 4
GAP = 250  # milliseconds between two questions of one socket: below what it may ask


def searching(web: Web, cookie: str, over: threading.Event, taken: list[float]) -> None:
    """Ask the search page until told to end."""
    for number in itertools.count():
        words = f"{QUESTIONS[number % len(QUESTIONS)].strip('*')} mot{number % 977}"
        asked = Request(f"{web.url}/search?q={quote(words)}", headers={"Cookie": cookie})
        begin = time.perf_counter()
        try:
            urlopen(asked, timeout=60).read()
        except HTTPError as error:
            raise RuntimeError(f"the search page answers {error.code}") from error
        taken.append((time.perf_counter() - begin) * 1e3)
        if over.is_set():
            return


def waits(load: Generator, seconds: float, size: int, when: str) -> list[Row]:
    """Give what the sockets wait for some seconds."""
    done = load.do("answered", seconds=seconds, gap=GAP)
    target = "< 50" if when == "while four search" else ""
    return [
        row(f"a socket's ping, {when}, p95", size, p95(done["pings"]), "ms"),
        row(
            f"a socket's ping, {when}, longest of {len(done['pings'])}",
            size,
            max(done["pings"]),
            "ms",
            target,
        ),
        row(f"a socket's event, {when}, p95", size, p95(done["events"]), "ms"),
        row(f"a socket's event, {when}, longest", size, max(done["events"]), "ms"),
    ]


def run(sizes: list[int], seconds: float = 20) -> list[Row]:
    """Measure over each size."""
    return [found for size in sizes for found in _over(size, seconds)]


def _over(size: int, seconds: float) -> list[Row]:
    with application(size, "") as (app, person):
        service.rebuild(db.session(), backend(), sources())
        sessions = [cookies({"asker": person})["asker"]["Cookie"] for _ in range(SOCKETS)]
        db.commit()
        data = app.extensions["rse_settings"].data_dir
        with first_core(), served(data, secret_key=SECRET) as web, generator() as load:
            tokens = [one.partition("=")[2] for one in sessions]
            load.do("connect", urls=[web.url], tokens=tokens)
            rows = waits(load, seconds, size, "while nobody searches")
            over, taken = threading.Event(), list[float]()
            searchers = [
                threading.Thread(target=searching, args=(web, sessions[0], over, taken))
                for _ in range(SEARCHERS)
            ]
            for one in searchers:
                one.start()
            time.sleep(2)  # the first questions read the index
            rows += waits(load, seconds, size, "while four search")
            over.set()
            for one in searchers:
                one.join()
    return [*rows, row("a page of results meanwhile, p95", size, p95(taken), "ms")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=int)
    parser.add_argument("seconds", type=float, nargs="?", default=20)
    given = parser.parse_args()
    os.environ["RSE_LOG_LEVEL"] = "error"
    found = run([given.texts], given.seconds)
    show(found)
    print(keep(found))
