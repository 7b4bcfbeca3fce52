"""Jobs and schedules on huey: a file beside the database on one machine, Redis when there are several."""

import functools
import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import JSON, String, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from rse.core import clock, db
from rse.core.model import Base
from rse.core.outbox import relay

log = structlog.get_logger()
MONTH_MINUTES = 31 * 24 * 60
WAKE_EVERY = 0.05  # seconds: wake-ups within are one
WAKE_AGAIN = 5.0  # seconds without wake-ups after one that failed

Task = Callable[[], Any]
_scheduled: dict[str, tuple[Task, str]] = {}
_jobs: dict[str, Callable[..., Any]] = {}


class Heartbeat(Base):
    """When a process of the application was last seen alive; /readyz reads the worker's."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


class JobFailure(Base):
    """A job that has failed and was not tried again since: one row for each job with its arguments."""

    __tablename__ = "job_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of name and arguments
    name: Mapped[str] = mapped_column(String(120))
    args: Mapped[list[Any]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(String(500))
    count: Mapped[int]
    at: Mapped[datetime]


def schedule(when: str) -> Callable[[Task], Task]:
    """Declare a job that runs at "minute hour day month weekday" (crontab, UTC)."""

    def register(task: Task) -> Task:
        _scheduled[f"{task.__module__}.{task.__name__}"] = (task, when)
        return task

    return register


def job(task: Callable[..., Any]) -> Callable[..., Any]:
    """Declare a job; calling the result with arguments (JSON-like values) queues it."""
    name = f"{task.__module__}.{task.__name__}"
    _jobs[name] = task

    @functools.wraps(task)
    def queue(*args: Any, **kwargs: Any) -> None:
        _queue.enqueue(name, *args, **kwargs)

    return queue


class Queue:
    """The job queue of this process, bound to the application at its start."""

    def __init__(self) -> None:
        self.huey: Huey | None = None
        self.tasks: dict[str, Any] = {}
        self.last_wake = 0.0
        self.lock = threading.Lock()

    def bind(self, app: Flask, data_dir: Path, redis_url: str) -> Huey:
        """Make the queue and register every job and schedule, each run in the application's context."""
        huey: Huey
        if redis_url:
            huey = RedisHuey("rse", url=redis_url)
        else:
            huey = SqliteHuey("rse", filename=str(data_dir / "jobs.db"), fsync=False)
        self.huey = huey
        self.tasks = {name: huey.task(name=name)(_in_app(app, task)) for name, task in _jobs.items()}
        for name, (task, when) in _scheduled.items():
            minute, hour, day, month, weekday = when.split()
            at = crontab(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday)
            self.tasks[name] = huey.periodic_task(at, name=name)(_in_app(app, task))
        return huey

    def enqueue(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Queue a job by name."""
        if self.huey is not None:
            self.tasks[name](*args, **kwargs)

    def wake(self) -> None:
        """Ask the worker to relay the outbox; many commits in a moment make one request.

        What was committed is stored whether the queue can be reached or not: the next sweep hands it on.
        """
        with self.lock:
            if time.monotonic() - self.last_wake < WAKE_EVERY:
                return
            self.last_wake = time.monotonic()
        try:
            run_relay()
        except Exception as error:
            self.last_wake = time.monotonic() + WAKE_AGAIN
            log.warning("the worker could not be woken", error=type(error).__name__)


_queue = Queue()


def _in_app(app: Flask, task: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(task)
    def run(*args: Any, **kwargs: Any) -> Any:
        with app.app_context():
            try:
                return task(*args, **kwargs)
            except Exception as error:
                with suppress(SQLAlchemyError):
                    _note_failure(task, args, error)
                raise
            finally:
                db.rollback()

    return run


def _note_failure(task: Callable[..., Any], args: tuple[Any, ...], error: Exception) -> None:
    """Keep that a job has failed, for those who administer; what kind of error, no values."""
    db.rollback()
    name = f"{task.__module__}.{task.__name__}"
    key = sha256(json.dumps([name, args], default=str).encode()).hexdigest()
    session = db.begin_write()
    count = session.scalar(select(JobFailure.count).where(JobFailure.key == key)) or 0
    session.execute(delete(JobFailure).where(JobFailure.key == key))
    said = f"{type(error).__name__}: {error}".partition("\n")[0].partition("[parameters")[0][:500]
    values = {"key": key, "name": name, "args": list(args), "error": said, "count": count + 1}
    session.execute(insert(JobFailure).values(**values, at=clock.now()))
    db.commit()


def failures(session: Session) -> Sequence[JobFailure]:
    """Give the jobs that have failed, the last one first."""
    return session.scalars(select(JobFailure).order_by(JobFailure.at.desc()).limit(200)).all()


def scheduled() -> dict[str, str]:
    """Give the jobs that run by the clock: {name: "minute hour day month weekday"} (UTC)."""
    return {name: when for name, (_task, when) in sorted(_scheduled.items())}


def next_run(when: str, now: datetime) -> datetime | None:
    """Give the next minute that fits a schedule; None when none does within a month."""
    minute, hour, day, month, weekday = when.split()
    fits = crontab(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday)
    at = now.astimezone(UTC).replace(second=0, microsecond=0)
    for ahead in range(1, MONTH_MINUTES):
        if fits((at + timedelta(minutes=ahead)).replace(tzinfo=None)):
            return at + timedelta(minutes=ahead)
    return None


def run_now(name: str, *args: Any) -> None:
    """Queue a job by its name, a scheduled one too. Raises KeyError for one that does not exist."""
    if name not in _jobs and name not in _scheduled:
        raise KeyError(name)
    _queue.enqueue(name, *args)


def forget_failure(session: Session, key: str) -> JobFailure | None:
    """Take a failure off the list and give it; None when it is not there (any more)."""
    found = session.get(JobFailure, key)
    if found is not None:
        session.delete(found)
        session.flush()
    return found


def drain(limit_seconds: float = 60.0) -> int:
    """Relay until nothing is due; for commands and tests. Returns how many deliveries were handled."""
    total, end = 0, time.monotonic() + limit_seconds
    while time.monotonic() < end:
        done = relay(db.db.session())
        db.rollback()  # what subscribers did is stored: who drains goes on with nothing of it
        total += done
        if not done:
            break
    return total


@job
def run_relay() -> None:
    """Hand on what waits in the outbox."""
    time.sleep(WAKE_EVERY)  # commits in the same moment go together
    drain()


@schedule("* * * * *")
def sweep() -> None:
    """Once a minute: relay what a killed process left behind, and say that the worker lives."""
    beat("worker")
    drain()


def beat(name: str) -> None:
    """Note that a process lives."""
    session = db.begin_write()
    changed = session.execute(update(Heartbeat).where(Heartbeat.name == name).values(at=clock.now()))
    if not getattr(changed, "rowcount", 0):
        session.execute(delete(Heartbeat).where(Heartbeat.name == name))
        session.execute(insert(Heartbeat).values(name=name, at=clock.now()))
    session.commit()


def init(app: Flask, data_dir: Path, redis_url: str) -> None:
    """Bind the queue to the application and let commits wake the worker."""
    app.extensions["huey"] = _queue.bind(app, data_dir, redis_url)
    db.on_events(_queue.wake)


def work(workers: int = 2) -> None:
    """Run the worker until it is told to stop; in an application context."""
    beat("worker")
    drain()
    queue = current_app.extensions["huey"]
    Consumer(queue, workers=workers, periodic=True, initial_delay=0.05, max_delay=0.5, backoff=1.3).run()
