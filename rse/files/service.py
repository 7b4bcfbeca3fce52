"""Writes of files: stored, hung on something, described, forgotten. They flush and never commit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.files import queries
from rse.files.events import FilesForgotten
from rse.files.holding import known
from rse.files.models import File, FileText

MOST = 10  # files on one post, comment or message
MAX_ALT = 1000
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was checked and stored, and has no row yet."""

    name: str
    media_type: str
    family: str
    size: int
    digest: str
    width: int | None = None
    height: int | None = None


def store(session: Session, viewer: Viewer, taken: Taken, *, alt: str, quota: int) -> File:
    """Give a stored content a row that only the viewer sees. Raises Invalid when their space is used up.

    `quota` is in bytes.
    """
    if queries.used(session, viewer.id) + taken.size > quota:
        reason = _(
            "Your space for files is used up (%(n)s MB). Delete what you no longer need.", n=quota // MB
        )
        raise Invalid(file=reason)
    row = File(
        uploader_id=viewer.id, name=taken.name, media_type=taken.media_type, family=taken.family,
        size=taken.size, digest=taken.digest, width=taken.width, height=taken.height, alt=clean(alt),
        at=clock.now(), position=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def clean(alt: str) -> str:
    """Give a description as it is stored: one line."""
    return " ".join(alt.split())[:MAX_ALT]


def attach(
    session: Session,
    viewer: Viewer,
    kind: str,
    object_id: int,
    ids: Sequence[int],
    *,
    group_id: int | None = None,
    alts: Mapping[int, str] | None = None,
) -> int:
    """Hang the viewer's own waiting files on an object of theirs; gives how many it has now.

    Raises Invalid(attachments=...) for a file that is not theirs, hangs elsewhere, or is one too many.
    """
    held = queries.rows_of(session, kind, object_id)
    wanted = list(dict.fromkeys(ids))
    found = queries.waiting(session, viewer, wanted, lock=True)
    if len(found) < len(wanted):
        raise Invalid(attachments=_("A file is no longer there: attach it again."))
    if len(held) + len(found) > MOST:
        raise Invalid(attachments=_("At most %(n)s files.", n=MOST))
    for at, file in enumerate(found, len(held)):
        file.kind, file.object_id, file.group_id, file.position = kind, object_id, group_id, at
        if alts and file.id in alts:
            file.alt = clean(alts[file.id])
    session.flush()
    return len(held) + len(found)


def keep_only(session: Session, kind: str, object_id: int, ids: Collection[int]) -> None:
    """Take off an object, and forget, every file but these."""
    forget(session, [file for file in queries.rows_of(session, kind, object_id) if file.id not in set(ids)])


def describe(session: Session, viewer: Viewer, file_id: int, alt: str) -> File:
    """Change what one's own picture says it shows. Raises NotFound."""
    file = _own(session, viewer, file_id)
    if file.alt == clean(alt):
        return file
    file.alt = clean(alt)
    session.flush()
    if file.kind is not None and file.object_id is not None and file.kind in known():
        known()[file.kind].changed(session, [file.object_id])
    return file


def discard(session: Session, viewer: Viewer, file_id: int) -> None:
    """Forget one's own file; what it hangs on stays. Raises NotFound."""
    forget(session, [_own(session, viewer, file_id)])


def _own(session: Session, viewer: Viewer, file_id: int) -> File:
    file = queries.one(session, viewer, file_id)
    if file.uploader_id != viewer.id:
        raise NotFound
    return file


def forget(session: Session, files: Sequence[File]) -> int:
    """Delete rows of files; their contents follow, and what shows them is told. Gives how many."""
    if not files:
        return 0
    ids, digests = [file.id for file in files], sorted({file.digest for file in files})
    held: dict[str, set[int]] = {}
    for file in files:
        if file.kind is not None and file.object_id is not None:
            held.setdefault(file.kind, set()).add(file.object_id)
    session.execute(delete(File).where(File.id.in_(ids)).execution_options(synchronize_session=False))
    for file in files:
        session.expunge(file)
    for kind, objects in held.items():
        if kind in known():
            known()[kind].changed(session, sorted(objects))
    session.execute(
        delete(FileText)
        .where(FileText.digest.in_(digests), ~exists().where(File.digest == FileText.digest))
        .execution_options(synchronize_session=False)
    )
    emit(session, FilesForgotten(ids[0], tuple(digests), tuple(ids)))
    return len(ids)


def forget_of(session: Session, person_id: int) -> int:
    """Forget everything that a person has attached."""
    return forget(session, list(session.scalars(select(File).where(File.uploader_id == person_id))))
