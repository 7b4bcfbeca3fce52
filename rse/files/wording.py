"""The words in files, for the search: read by the worker, each content once, beside the application."""

import subprocess
import sys
from pathlib import Path

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.events import emit
from rse.core.jobs import schedule
from rse.files import extracting, storage
from rse.files.events import FilesRead
from rse.files.models import File, FileText
from rse.files.taking import folder

log = structlog.get_logger()
FAMILIES = ("document", "sheet", "slides")
SECONDS = 40  # for one file, waiting included
AT_ONCE = 20  # contents in one run
LARGEST = 60 * 1024 * 1024  # bytes; of a larger file the name alone is found


def waiting(session: Session, most: int = AT_ONCE) -> list[tuple[str, str, int]]:
    """Give contents that nobody has read yet: digest, media type and size; the latest first."""
    query = (
        select(File.digest, File.media_type, File.size)
        .where(File.kind.is_not(None), File.family.in_(FAMILIES))
        .where(~exists().where(FileText.digest == File.digest))
        .order_by(File.id.desc())
        .limit(most)
    )
    return list(
        {row.digest: (row.digest, row.media_type, row.size) for row in session.execute(query)}.values()
    )


def text_of(path: Path, media_type: str) -> str | None:
    """Read a file in a process of its own; None when that fails, or takes too long."""
    command = [sys.executable, "-I", extracting.__file__, media_type, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True, cwd="/")
    except (subprocess.SubprocessError, OSError) as error:
        log.info("a file could not be read for the search", reason=type(error).__name__, kind=media_type)
        return None
    return done.stdout.decode("utf-8", "replace").replace("\x00", " ")


@schedule("* * * * *")
def read_files() -> int:
    """Once a minute: read what is new, a few at a time; what cannot be read is not tried again."""
    todo = waiting(db.session())
    db.rollback()
    for digest, media_type, size in todo:
        path = storage.find(folder(), digest)
        text = text_of(path, media_type) if path is not None and size <= LARGEST else None
        _keep(digest, text)
    return len(todo)


def _keep(digest: str, text: str | None) -> None:
    session = db.begin_write()
    if session.get(FileText, digest) is None:
        session.add(FileText(digest=digest, text=text or "", read=text is not None, at=clock.now()))
        ids = session.scalars(select(File.id).where(File.digest == digest).order_by(File.id)).all()
        if ids:
            emit(session, FilesRead(ids[0], tuple(ids)))
    db.commit()
