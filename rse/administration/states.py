"""How each part of the installation is, in plain words, and what to do about it when it is not well."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from rse import __version__
from rse.accounts import keepers
from rse.accounts.connections import known
from rse.core import clock, health, outbox
from rse.core.i18n import _, format_date, format_datetime, lazy, ngettext, number
from rse.core.jobs import Heartbeat, JobFailure
from rse.core.web import settings
from rse.search import tasks as search

ROOT = Path(__file__).resolve().parents[2]
SIZE_KEPT = 300.0  # seconds that a measured size stands
MEGABYTE = 1_000_000
GIGABYTE = 1_000 * MEGABYTE
LEAST_FREE = 2 * GIGABYTE
WARN_CERTIFICATE = timedelta(days=30)
LATE_SEARCH = 300  # seconds
OLD_BACKUP = timedelta(days=2)
PAIR = 2
OTHERS = {"data_dir": lazy("Data directory"), "framing": lazy("Frames of other sites")}
BASE = ("database", "worker", "queue", "saml_provider", "saml_signature", "search_index", "revision", "disk")


@dataclass(frozen=True)
class State:
    """A part: how it is, in a sentence, and what helps."""

    key: str
    label: str
    level: Literal["ok", "warn", "error"]
    words: str
    todo: str = ""
    detail: str = ""  # as the check says it, in English: for who mends it


def states(session: Session) -> list[State]:
    """Give the state of every part; what is wrong first."""
    found = health.problems()
    rows = session.execute(
        select(Heartbeat.name, Heartbeat.at).where(Heartbeat.name.in_(("worker", "backup")))
    )
    signs: dict[str, datetime] = {row[0]: row[1] for row in rows}
    parts = [
        _database(session, found),
        _schema(session),
        _worker(signs.get("worker"), found),
        _jobs(session, found),
        *_sign_in(session, found),
        _search(found),
        _storage(session),
        _backup(signs.get("backup")),
        _in_charge(session),
        _versions(),
        *_others(found),
    ]
    order = {"error": 0, "warn": 1, "ok": 2}
    return sorted(parts, key=lambda part: order[part.level])


def database_version(session: Session) -> str:
    """Name the database and its version."""
    if session.get_bind().dialect.name == "sqlite":
        return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _database(session: Session, found: Mapping[str, str]) -> State:
    label = _("Database")
    if "database" in found:
        todo = _("See that the database server runs and that RSE_DATABASE_URL names it.")
        return State("database", label, "error", _("It does not answer."), todo)
    return State("database", label, "ok", _("It answers: %(what)s.", what=database_version(session)))


def _schema(session: Session) -> State:
    label = _("Tables")
    try:
        present = session.scalar(text("SELECT version_num FROM alembic_version"))
    except DatabaseError:
        session.rollback()
        present = None
    wanted = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if present == wanted:
        return State("schema", label, "ok", _("They fit this version (%(revision)s).", revision=wanted))
    todo = _("Run: flask --app wsgi db upgrade, then restart.")
    words = _("They are not those of this version: %(present)s instead of %(wanted)s.",
              present=present or "-", wanted=wanted)  # fmt: skip
    return State("schema", label, "warn", words, todo)


def _worker(beat: datetime | None, found: Mapping[str, str]) -> State:
    label = _("Worker")
    if "worker" not in found and beat:
        return State(
            "worker", label, "ok", _("It runs; last sign of life: %(when)s.", when=format_datetime(beat))
        )
    words = _("It is silent since %(when)s.", when=format_datetime(beat)) if beat else _("It never started.")
    todo = _(
        "Start it: systemctl start rse-worker, or flask --app wsgi worker. "
        "Until then search, notices and mail wait."
    )
    return State("worker", label, "error", words, todo)


def _jobs(session: Session, found: Mapping[str, str]) -> State:
    label = _("Jobs and deliveries")
    if "queue" in found:
        todo = _("See that Redis runs, or that the data directory can be written.")
        return State("jobs", label, "error", _("The job queue does not answer."), todo)
    waiting, dead = outbox.backlog(session)
    failed = session.scalar(select(func.count()).select_from(JobFailure)) or 0
    if dead or failed:
        words = " ".join(said for count, said in (
            (dead, ngettext("%(n)s delivery was given up.", "%(n)s deliveries were given up.", dead)),
            (failed, ngettext("%(n)s job has failed.", "%(n)s jobs have failed.", failed)),
        ) if count)  # fmt: skip
        return State("jobs", label, "warn", words, _("Look at the page Jobs: retry or discard them."))
    words = (
        ngettext("%(n)s delivery waits.", "%(n)s deliveries wait.", waiting)
        if waiting
        else _("Nothing waits.")
    )
    return State("jobs", label, "ok", words)


def _sign_in(session: Session, found: Mapping[str, str]) -> Iterator[State]:
    label = _("Sign-in")
    problem = found.get("saml_provider") or found.get("saml_signature")
    providers = known(session, current_app.extensions["rse_sign_in"]).usable
    if problem:
        words, todo = (
            _("People cannot come in by it."),
            _("Look at the page Sign-in, or run: flask --app wsgi check."),
        )
        yield State("signin", label, "error", words, todo, problem)
    elif not providers:
        todo = _("Connect your identity provider: set RSE_SAML_METADATA, or use the page Sign-in.")
        yield State(
            "signin", label, "warn", _("No identity provider is connected: nobody can sign in."), todo
        )
    else:
        words = ngettext(
            "%(n)s identity provider can be used.", "%(n)s identity providers can be used.", len(providers)
        )
        yield State("signin", label, "ok", words)
    ends = [one.provider.certificate_end for one in providers if one.provider is not None]
    if ends:
        yield _certificate(min(ends))


def _certificate(end: Any) -> State:
    label, left = _("Certificate of the identity provider"), end - clock.now()
    todo = _(
        "Ask who runs the identity provider for its new metadata; both certificates may stand side by side."
    )
    if left < timedelta():
        return State("certificate", label, "error", _("It ended on %(day)s.", day=format_date(end)), todo)
    words = _("It ends on %(day)s.", day=format_date(end))
    return State("certificate", label, "warn" if left < WARN_CERTIFICATE else "ok", words,
                 todo if left < WARN_CERTIFICATE else "")  # fmt: skip


def _search(found: Mapping[str, str]) -> State:
    label = _("Search index")
    if "search_index" in found:
        todo = _("Run: flask --app wsgi search rebuild. The network stays usable meanwhile.")
        return State("search", label, "error", _("It cannot be used."), todo, found["search_index"])
    late = search.lag()
    if late > LATE_SEARCH:
        words = ngettext(
            "It is %(n)s minute behind what people write.",
            "It is %(n)s minutes behind what people write.",
            round(late / 60),
        )
        return State(
            "search", label, "warn", words, _("Is the worker running? It brings the index up to date.")
        )
    return State("search", label, "ok", _("It answers."))


_measured: dict[str, tuple[float, int]] = {}


def folder_size(folder: Path) -> int:
    """Give the bytes of everything below a folder; measured anew after five minutes."""
    key, now = str(folder), time.monotonic()
    if key not in _measured or now - _measured[key][0] > SIZE_KEPT:
        _measured[key] = (now, sum(_sizes(folder)))
    return _measured[key][1]


def _sizes(folder: Path) -> Iterator[int]:
    for path, _folders, names in os.walk(folder):
        for name in names:
            try:
                yield (Path(path) / name).lstat().st_size
            except OSError:  # gone meanwhile
                continue


def size_in_words(size: int) -> str:
    """Write a size in megabytes or gigabytes."""
    if size >= GIGABYTE:
        return _("%(n)s GB", n=number(size / GIGABYTE, 1))
    return _("%(n)s MB", n=number(size / MEGABYTE, 1))


def _storage(session: Session) -> State:
    folder = settings().data_dir
    free, used = shutil.disk_usage(folder).free, folder_size(folder)
    words = _("%(used)s are used in the data directory, %(free)s are free.",
              used=size_in_words(used), free=size_in_words(free))  # fmt: skip
    if session.get_bind().dialect.name == "postgresql":
        size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        words += " " + _("The database holds %(size)s.", size=size_in_words(size))
    if free < LEAST_FREE:
        todo = _("Make room or give the disk more: writing stops when it is full.")
        return State("storage", _("Storage"), "warn", words, todo)
    return State("storage", _("Storage"), "ok", words)


def _versions() -> State:
    ours, python = f"rse {__version__}", f"Python {platform.python_version()}"
    parts = [ours, python, *(f"{n} {version(n)}" for n in ("Flask", "SQLAlchemy"))]
    return State("versions", _("Versions"), "ok", ", ".join(parts))


def _backup(at: datetime | None) -> State:
    label = _("Backup")
    todo = _("Let rse-backup.timer make one each night, or run: flask --app wsgi backup FOLDER.")
    if at is None:
        return State("backup", label, "warn", _("None was made yet."), todo)
    words = _("The last one is of %(when)s.", when=format_datetime(at))
    return State("backup", label, "ok", words) if clock.now() - at < OLD_BACKUP else State(
        "backup", label, "warn", words, todo
    )  # fmt: skip


def _in_charge(session: Session) -> State:
    """Say where one person alone would be missed: nobody decides about what concerns themselves."""
    admins, moderators, officers = keepers.numbers(session, "admin", "moderator", "dpo")
    missing = []
    if admins < PAIR:
        missing.append(_("There is one administrator: when they are away, nobody can let people in or out."))
    if admins < PAIR and not officers:
        missing.append(_("Nobody could approve a private read: that takes a second administrator, "
                         "or a data protection officer."))  # fmt: skip
    if not moderators:
        missing.append(_("There is no moderator: what is reported waits."))
    elif moderators < PAIR:
        missing.append(_("There is one moderator: nobody judges what is about them, "
                         "nor an appeal against them."))  # fmt: skip
    label = _("People in charge")
    if missing:
        return State("charge", label, "warn", " ".join(missing), _("Give the roles on the page Roles."))
    words = _("Nobody stands alone: administrators %(admins)s, moderators %(moderators)s.",
              admins=admins, moderators=moderators)  # fmt: skip
    return State("charge", label, "ok", words)


def _others(found: Mapping[str, str]) -> Iterator[State]:
    """Name the parts that other features check."""
    for name, problem in found.items():
        if name not in BASE:
            yield State(name, str(OTHERS.get(name, name.replace("_", " ").capitalize())), "error",
                        _("It does not work."),
                        _("Run: flask --app wsgi check, and read the guide for IT."), problem)  # fmt: skip
