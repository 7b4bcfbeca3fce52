"""Making the copy of a person's data: one ZIP of JSON files and of what they sent, written by the worker."""

import os
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, db, files, i18n, jobs
from rse.core.api import dumps
from rse.core.feature import Export
from rse.core.i18n import _
from rse.core.web import registry, settings
from rse.people.views import pictures
from rse.privacy import service
from rse.privacy.models import PersonalExport

log = structlog.get_logger()
OVERDUE = timedelta(minutes=10)  # a copy that is not there by then has lost its worker


def folder() -> Path:
    """Give the folder of the copies."""
    found: Path = settings().data_dir / "exports"
    return found


def path_of(name: str) -> Path | None:
    """Give the file of a copy; None when it is gone."""
    path = folder() / name
    return path if path.is_file() else None


def ask(_session: Session, events: Any) -> None:
    """Let the worker make copies: not here, where others wait."""
    for event in events:
        make_soon(event.export_id)


@jobs.job
def make_soon(export_id: int) -> None:
    """Make the copy of a person's data."""
    make(export_id)


@jobs.schedule("*/10 * * * *")
def make_overdue() -> None:
    """Make the copies whose worker was killed."""
    waiting = select(PersonalExport.id).where(
        PersonalExport.state == "waiting", PersonalExport.asked_at < clock.now() - OVERDUE
    )
    ids = db.session().scalars(waiting).all()
    db.rollback()
    for export_id in ids:
        make(export_id)


def make(export_id: int) -> bool:
    """Make a copy and say that it is there; says whether somebody waited for it."""
    session = db.session()
    wanted = select(Person.id, Person.locale).join(PersonalExport, PersonalExport.person_id == Person.id)
    waiting = (PersonalExport.id == export_id, PersonalExport.state != "ready")
    row = session.execute(wanted.where(*waiting)).first()
    if row is None:
        db.rollback()
        return False
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder() / f"{secrets.token_hex(16)}.zip"
    try:
        with i18n.speaking(row.locale or settings().default_locale):
            write(session, row.id, target, registry().all("exports"))
        db.rollback()
        done = service.finish(db.begin_write(), export_id, target.name, target.stat().st_size)
        db.commit()
    except BaseException:
        target.unlink(missing_ok=True)
        db.rollback()
        service.fail(db.begin_write(), export_id)
        db.commit()
        raise
    if not done:
        target.unlink(missing_ok=True)
    return done


def write(session: Session, person_id: int, target: Path, exports: Iterable[Export]) -> None:
    """Write what every feature keeps of a person, only that, into a ZIP that its owner alone may read."""
    counts: dict[str, int] = {}
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as out:
        with ZipFile(out, "w", ZIP_DEFLATED) as made:
            for export in exports:
                number = _rows(session, person_id, export, made)
                if number:
                    counts[f"{export.name}.json"] = number
                for name, path in export.contents(session, person_id):
                    if path.is_file():
                        made.write(path, name, ZIP_STORED)
            made.writestr(_("READ-ME.txt"), _words(counts))
        out.flush()
        os.fsync(out.fileno())


def _rows(session: Session, person_id: int, export: Export, made: ZipFile) -> int:
    """Write the rows of a feature as a JSON list, one line each; nothing when there are none."""
    rows = iter(export.rows(session, person_id))
    row = next(rows, None)
    if row is None:
        return 0
    number = 0
    with made.open(f"{export.name}.json", "w", force_zip64=True) as out:
        while row is not None:
            out.write((b",\n" if number else b"[\n") + dumps(dict(row)))
            number, row = number + 1, next(rows, None)
        out.write(b"\n]\n")
    return number


def _words(counts: dict[str, int]) -> str:
    """Say what the copy holds."""
    head = _(
        "Your data, as of %(day)s.\n\nEach file holds what one part of the network keeps of you, in JSON, a"
        " format that programs and text editors read. The folders “files” and “photo” hold what you sent."
        "\nWhat others wrote is theirs and is not in it; what was answered without a name is known to"
        " nobody.\n",
        day=i18n.format_datetime(clock.now(), "d MMM y, HH:mm"),
    )
    lines = [f"{name}: {number}" for name, number in sorted(counts.items())]
    return "\n".join([head, *lines, ""])


def unlink(_session: Session, events: Any) -> None:
    """Remove the files that no row names any more."""
    for event in events:
        for name in event.exports:
            (folder() / name).unlink(missing_ok=True)
        for name in event.pictures:
            files.forget(pictures(), name)
