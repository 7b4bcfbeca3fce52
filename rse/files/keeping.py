"""How long files are kept that nobody can reach: never attached, or on something that was deleted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.files import queries, service, storage
from rse.files.events import FilesForgotten
from rse.files.holding import known, named
from rse.files.models import File
from rse.files.taking import folder

STEP = 500  # files of one kind that are looked at together


def _waiting(session: Session, before: datetime, most: int) -> int:
    found: list[File] = []
    after = 0
    while len(found) < most:
        here = select(File).where(File.kind.is_(None), File.at < before, File.id > after)
        some = session.scalars(here.order_by(File.id).limit(STEP)).all()
        if not some:
            break
        after = some[-1].id
        wanted = named(session, {file.id: file.uploader_id for file in some})
        found += [file for file in some if file.id not in wanted]
    return service.forget(session, found[:most])


def _gone(session: Session, before: datetime, most: int) -> int:
    found: list[File] = []
    for kind, holder in known().items():
        after = 0
        while len(found) < most:
            here = select(File.id, File.object_id).where(File.kind == kind, File.at < before, File.id > after)
            some = session.execute(here.order_by(File.id).limit(STEP)).all()
            if not some:
                break
            after = some[-1].id
            gone = holder.gone(session, {row.object_id for row in some}, before)
            ids = [row.id for row in some if row.object_id in set(gone)]
            found += session.scalars(select(File).where(File.id.in_(ids))) if ids else ()
    return service.forget(session, found[:most])


def _contents(session: Session, before: datetime, most: int) -> int:
    def wanted(digests: list[str]) -> set[str]:
        return queries.named(session, digests)

    return storage.sweep(folder(), wanted, before.timestamp(), most)


def unlink(session: Session, events: Sequence[FilesForgotten]) -> None:
    """Remove the contents that no row has any more; what is younger than a minute waits for the night."""
    digests = {digest for event in events for digest in event.digests}
    for digest in sorted(digests - queries.named(session, digests)):
        storage.remove(folder(), digest)


KEEPS = (
    Keep(
        "files_waiting", lazy("Files that were never attached"),
        lazy("Somebody chose a file and did not publish; only they see it. Those of drafts stay."),
        1, 1, 30, _waiting,
    ),
    Keep(
        "files_gone", lazy("Files of what was deleted"),
        lazy("Nobody sees them any more; a moderator’s decision can still be undone."), 30, 1, 90, _gone,
    ),
    Keep(
        "file_contents", lazy("Contents of files without an entry"),
        lazy("A change that broke off may leave one behind."), 1, 1, 1, _contents,
    ),
)  # fmt: skip
