"""The employee's day, measured: every page, "For you" as posts grow, an announcement to all, the digest.

    python -m bench.day                          all four, at full size (about half an hour)
    python -m bench.day pages announcement       some of them
    python -m bench.day --small                  the same in a few minutes

On PostgreSQL that loses nothing (fsync), the web process and the worker as they are in production, each in a
process of its own. Sizes: 60,000 posts of 1,200 people (pages); 10,000 and 1,000,000 posts ("For you");
100,000 people (announcement); 10,000 people (digest). Each says how long itself took.
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.orm import Session

from bench import bulk
from bench.run import keep, machine, show
from bench.server import csrf
from bench.serving import ROOT, Web, served
from rse.accounts import sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import clock, db, revision
from rse.core.model import Base, new_id
from rse.features import FEATURES
from rse.feed.models import Post
from rse.notifications import mailing
from rse.notifications.models import Notification
from rse.people.models import Follow, Profile
from tests import servers
from tests.browser import test_queries_of_pages as walk

Row = dict[str, Any]
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvwxyz"
AT_ONCE, WARM, ASKED = 4, 3, 25  # connections; requests of each that do not count, and that do
SIZES = {
    "pages": (60_000, 1_200), "for_you": (10_000, 1_000_000), "announcement": (100_000,), "digest": (10_000,),
}  # fmt: skip
SMALL = {"pages": (6_000, 300), "for_you": (2_000, 20_000), "announcement": (3_000,), "digest": (300,)}
READERS = 6
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # working hours everywhere in the demo company's zone


def row(what: str, size: int, value: float, unit: str, target: str = "") -> Row:
    """Give a figure."""
    return {"what": what, "size": size, "value": value, "unit": unit, "target": target}


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """Make a database of a server with every table."""
    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.replace("/postgres", f"/{name}")
    for feature in FEATURES:  # every model is known
        import_module(f"rse.{feature}.feature")
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": revision.newest()})
    engine.dispose()
    yield url


def application(data: Path, url: str, **settings: Any) -> Any:
    """Give the application in this process."""
    values = {
        "secret_key": SECRET,
        "data_dir": data,
        "database_url": url,
        "rate_limits": False,
        "log_level": "error",
    }
    return create_app(values | settings)


def welcomed(session: Session, person_id: int) -> str:
    """Begin a session of somebody who has seen the welcome; give its token."""
    done = update(Profile).where(Profile.person_id == person_id).values(welcome_step=4)
    if not getattr(session.execute(done), "rowcount", 0):
        session.add(Profile(person_id=person_id, welcome_step=4))
    return sessions.begin(session, person_id)


class Asking(threading.Thread):
    """One connection that asks for a page again and again, and notes how long each answer took."""

    def __init__(self, port: int, token: str, path: str) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.token, self.path, self.taken = token, path, list[float]()

    def run(self) -> None:
        """Ask; what is not an answer of 200 is an error."""
        headers = {"Cookie": f"rse_session={self.token}", "Accept": "text/html"}
        for turn in range(WARM + ASKED):
            began = time.perf_counter()
            self.connection.request("GET", self.path, headers=headers)
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{self.path} answered {answer.status}")
            if turn >= WARM:
                self.taken.append((time.perf_counter() - began) * 1000)
        self.connection.close()


def asked(port: int, tokens: list[str], path: str) -> list[float]:
    """Ask as so many people at once; give how long each answer took, in ms."""
    threads = [Asking(port, token, path) for token in tokens]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [ms for one in threads for ms in one.taken]


def p95(taken: list[float]) -> float:
    """Give the 95th percentile."""
    return quantiles(taken, n=20)[-1]


def pages(posts: int, many: int) -> Iterator[Row]:
    """Every page that an employee, an administrator and a guest can open: statements, four at once."""
    with tempfile.TemporaryDirectory() as folder, servers.postgres(durable=True) as server:
        data = Path(folder)
        with database(server, "pages") as url:
            app = application(data, url)
            done = app.test_cli_runner().invoke(args=["demo", "load"])
            assert done.exit_code == 0, done.output
            bulk.fill(url, many=many, number=posts, until=datetime.now(UTC))
            found, tokens = _walked(app)
            with served(data, database_url=url, secret_key=SECRET) as web:
                yield from _timed(web, posts, found, tokens)


def _walked(app: Any) -> tuple[dict[tuple[str, str], tuple[int, str]], dict[str, str]]:
    """Find the pages of three people, each view's by the most statements; give them, and the sessions."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    tokens: dict[str, str] = {}
    app.test_client_class = walk.factories.Client
    with app.app_context(), walk.noted() as seen:
        for name in ("amelie", "ines", "james"):
            uid = walk.factories.CAST[name][0]
            session = db.begin_write()
            person = session.scalars(select(Person.id).where(Person.uid == uid)).one()
            tokens[name] = welcomed(session, person)
            db.commit()
            for view, cost in walk.walked(app, walk.factories.browser_of(app, person), seen).items():
                if cost > max((f for (_who, v), f in found.items() if v == view), default=(0, "")):
                    found = {key: one for key, one in found.items() if key[1] != view}
                    found[name, view] = cost
        db.db.session.remove()
        db.db.engine.dispose()
    return found, tokens


def _timed(
    web: Web, posts: int, found: dict[tuple[str, str], tuple[int, str]], tokens: dict[str, str]
) -> Iterator[Row]:
    late = []
    for (name, view), (statements, path) in sorted(found.items()):
        token = tokens[name]
        ms = p95(asked(web.port, [token] * AT_ONCE, path))
        alone = median(asked(web.port, [token], path))
        late.append(ms)
        yield row(f"{view}: statements", posts, statements, "", "<= 15")
        yield row(f"{view}: p95 at {AT_ONCE}", posts, ms, "ms", "< 80")
        yield row(f"{view}: one alone, median", posts, alone, "ms")
    yield row("pages within 80 ms", posts, sum(ms < 80 for ms in late), f"of {len(late)}")
    yield row("pages, the slowest p95", posts, max(late), "ms", "< 80")


def _reader(session: Session, at: int) -> str:
    """Give the session of somebody in groups who follows people and a tag and has a skill."""
    person = session.scalars(select(Person.id).where(Person.uid == f"bulk{at}")).one()
    follows = session.scalars(
        select(Person.id).where(Person.uid.in_([f"bulk{n}" for n in range(20, 40)]))
    ).all()
    known = [{"follower_id": person, "person_id": one, "tag": None, "at": clock.now()} for one in follows]
    session.execute(
        insert(Follow),
        [*known, {"follower_id": person, "person_id": None, "tag": "capteur", "at": clock.now()}],
    )
    return welcomed(session, person)


def for_you(*sizes: int) -> Iterator[Row]:
    """The feed "For you" of two companies in turn, so that what else the machine does is in both."""
    with tempfile.TemporaryDirectory() as folder, servers.postgres(durable=True) as server:
        webs: list[tuple[int, Callable[[], list[float]]]] = []
        with ExitStack() as stack:
            for size in sizes:
                data = Path(folder) / str(size)
                data.mkdir()
                url = stack.enter_context(database(server, f"posts{size}"))
                bulk.fill(url, many=1_200, number=size, until=datetime.now(UTC))
                app = application(data, url)
                with app.app_context():
                    session = db.begin_write()
                    tokens = [_reader(session, at) for at in range(READERS)]
                    db.commit()
                    db.db.session.remove()
                    db.db.engine.dispose()
                web = stack.enter_context(served(data, database_url=url, secret_key=SECRET))
                webs.append(
                    (
                        size,
                        lambda web=web, tokens=tokens: asked(web.port, tokens[:AT_ONCE], "/?scope=for_you"),
                    )
                )
            late: dict[int, list[float]] = {size: [] for size in sizes}
            half: dict[int, list[float]] = {size: [] for size in sizes}
            for _round in range(7):
                for size, ask in webs:
                    taken = ask()
                    late[size].append(p95(taken))
                    half[size].append(median(taken))
        for size in sizes:
            yield row(f'"For you": p95 at {AT_ONCE}', size, median(late[size]), "ms", "< 120")
            yield row(f'"For you": median at {AT_ONCE}', size, median(half[size]), "ms")
        small, large = sizes[0], sizes[-1]
        yield row(
            '"For you": growth of the p95', large, median(late[large]) / median(late[small]), "x", "<= 1.25"
        )
        yield row(
            '"For you": growth of the median',
            large,
            median(half[large]) / median(half[small]),
            "x",
            "<= 1.25",
        )


@contextmanager
def worker(data: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker as production does."""
    environment = os.environ | {
        "RSE_DATA_DIR": str(data), "RSE_DATABASE_URL": url, "RSE_SECRET_KEY": SECRET,
        "RSE_LOG_LEVEL": "error", "RSE_REDIS_URL": "", "RSE_MAIL_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def peak(pid: int) -> float:
    """Give the most memory in MB that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def announcement(people: int) -> Iterator[Row]:
    """An announcement to everybody: what its author waits, and until it stands in the page of each."""
    with tempfile.TemporaryDirectory() as folder, servers.postgres(durable=True) as server:
        data = Path(folder)
        with database(server, "announced") as url:
            ids = bulk.fill(url, many=people, number=0, until=datetime.now(UTC))
            app = application(data, url)
            with app.app_context():
                session = db.begin_write()
                session.execute(
                    update(Person).where(Person.id == ids[0]).values(roles=frozenset({"community_manager"}))
                )
                token = welcomed(session, ids[0])
                db.commit()
                db.db.session.remove()
                db.db.engine.dispose()
            count = create_engine(url, isolation_level="AUTOCOMMIT").connect()
            with served(data, database_url=url, secret_key=SECRET) as web, worker(data, url) as process:
                time.sleep(8)  # it is loaded and waits
                for n in range(3):
                    _publish(web, token, "message", f"Essai {n}")  # what a process does once is done
                waits = [_publish(web, token, "announcement", f"Essai {n}") for n in range(2)]
                began = time.monotonic()
                last = 0
                while last < 2 * (people - 1) and time.monotonic() - began < 900:
                    time.sleep(0.5)
                    last = count.execute(text("SELECT count(*) FROM notification")).scalar_one()
                seconds = time.monotonic() - began
                memory = peak(process.pid)
            count.close()
            assert last == 2 * (people - 1), last
    yield row("announcement: its author waits", people, max(waits), "ms", "< 300")
    yield row("announcement: stands in the page of all", people, seconds / 2, "s", "< 60")
    yield row("announcement: the worker's memory at most", people, memory, "MB", "< 500")


def _publish(web: Web, token: str, kind: str, words: str) -> float:
    cookie = {"Cookie": f"rse_session={token}"}
    headers = cookie | {"Content-Type": "application/json", "X-CSRF-Token": csrf(web.port, cookie)}
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    body = f'{{"kind": "{kind}", "title": "{words}", "body": "À lire par tout le monde."}}'
    began = time.perf_counter()
    connection.request("POST", "/api/v1/posts", body.encode(), headers)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 201, said
    return (time.perf_counter() - began) * 1000


@contextmanager
def sink() -> Iterator[str]:
    """Run a mail server that takes everything, in a process of its own; give its address."""
    port = servers.free_port()
    command = [
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        "-l",
        f"127.0.0.1:{port}",
        "-c",
        "aiosmtpd.handlers.Sink",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        servers.wait_for(port)
        yield f"smtp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def digest(people: int) -> Iterator[Row]:
    """The digest of so many people, of six threads each, handed in by SMTP on a working morning."""
    with tempfile.TemporaryDirectory() as folder, servers.postgres(durable=True) as server, sink() as to:
        data = Path(folder)
        with database(server, "digests") as url:
            ids = bulk.fill(url, many=people, number=300, until=datetime.now(UTC))
            app = application(data, url, mail_url=to, mail_from="rse@example.com")
            with app.app_context():
                _owe(ids)
                clock.now, before = (lambda: MONDAY), clock.now  # a Sunday would mail nothing
                began, used, sent = time.monotonic(), time.process_time(), 0
                while number := mailing.run():
                    sent += number
                seconds, used = time.monotonic() - began, time.process_time() - used
                clock.now = before
                db.db.session.remove()
                db.db.engine.dispose()
            assert sent == people, (sent, people)
    yield row("digest: all of them sent", people, seconds, "s", "< 300")
    yield row("digest: a mail", people, seconds / people * 1000, "ms")
    yield row("digest: processor of the worker for a mail", people, used / people * 1000, "ms")


def _owe(ids: list[int]) -> None:
    """Note six things for each person, due before the morning."""
    session = db.begin_write()
    written = session.execute(
        select(Post.id, Post.author_id, Post.at).where(Post.audience == "everyone").limit(6)
    ).all()
    rows = [
        {
            "id": new_id(), "person_id": person, "key": f"post:{post.id}", "kind": "announcement",
            "thread": f"post:{post.id}", "object_id": post.id, "by_id": post.author_id, "at": post.at,
            "mail_at": MONDAY - timedelta(hours=1), "hidden": False,
        }
        for person in ids
        for post in written
    ]  # fmt: skip
    for start in range(0, len(rows), 5000):
        session.execute(insert(Notification), rows[start : start + 5000])
    db.commit()


PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "pages": pages, "for_you": for_you, "announcement": announcement, "digest": digest,
}  # fmt: skip


def run(sizes: tuple[int, ...], names: tuple[str, ...] = tuple(PARTS)) -> list[Row]:
    """Measure each part; one size means the small ones."""
    found: list[Row] = []
    for name in names:
        chosen = (SMALL if len(sizes) == 1 else SIZES)[name]
        began, load = time.monotonic(), os.getloadavg()[0]
        rows = list(PARTS[name](*chosen))
        rows.append(row(f"{name}: seconds of this measure", chosen[0], time.monotonic() - began, "s"))
        rows.append(row(f"{name}: load of the machine when it began", chosen[0], load, ""))
        found += rows
    return found


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    os.environ["RSE_LOG_LEVEL"] = "error"
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}")
    rows = run((1,) if given.small else (1, 2), tuple(given.parts or PARTS))
    show(rows)
    print(keep(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
