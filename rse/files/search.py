"""Files in the search index: name, description and the words in them, for who reads what they hang on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.audience import Viewer
from rse.core.feature import Document, Hit, IndexSource
from rse.files import queries
from rse.files.events import FilesForgotten, FilesRead
from rse.files.holding import known
from rse.files.models import File, FileText
from rse.files.showing import size_text

SHOWN = 40_000  # characters looked through for what was asked
TOGETHER = 500  # objects looked at in one query
UNREAD, READ = 1, 2  # versions of a document: without the words of the file, and with them
Held = tuple[int, str | None, int | None]  # a file, and what it hangs on


def _audiences(session: Session, held: Iterable[Held]) -> dict[int, str]:
    """Give the audience of each file: that of what it hangs on; what is gone has none."""
    by_kind: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
    for file_id, kind, object_id in held:
        if kind is not None and object_id is not None:
            by_kind[kind].setdefault(object_id, []).append(file_id)
    found = {}
    for kind, objects in by_kind.items():
        holder = known().get(kind)
        if holder is None or holder.audiences is None:
            continue
        for object_id, audience in holder.audiences(session, list(objects)).items():
            found.update(dict.fromkeys(objects[object_id], audience))
    return found


def load(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of files that hang on something."""
    query = select(File, FileText.text).outerjoin(FileText, FileText.digest == File.digest)
    rows = session.execute(query.where(File.id.in_(ids), File.kind.is_not(None))).all()
    audiences = _audiences(session, ((file.id, file.kind, file.object_id) for file, _text in rows))
    for file, text in rows:
        if file.id in audiences:
            yield Document(
                key=f"file:{file.id}", kind="file", audience=audiences[file.id], title=file.name,
                body="\n".join(part for part in (file.alt, text) if part), at=file.at,
                version=UNREAD if text is None else READ, root=f"{file.kind}:{file.object_id}",
                author_id=file.uploader_id, group_id=file.group_id, marks=["file"],
            )  # fmt: skip


def ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Give the ids of files that hang on something, in order."""
    query = select(File.id).where(File.id > after, File.kind.is_not(None))
    return session.scalars(query.order_by(File.id).limit(limit)).all()


def stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    """Give what tells whether the index knows the present state; of what is gone an audience of nobody."""
    query = (
        select(File.id, File.kind, File.object_id, FileText.digest)
        .outerjoin(FileText, FileText.digest == File.digest)
        .where(File.id > after, File.kind.is_not(None))
    )
    rows = session.execute(query.order_by(File.id).limit(limit)).all()
    audiences = _audiences(session, ((row[0], row[1], row[2]) for row in rows))
    return [(row[0], UNREAD if row[3] is None else READ, audiences.get(row[0], "")) for row in rows]


def beside(session: Session, touched: Mapping[str, Collection[int]]) -> set[int]:
    """Give the files of what was touched: their audience may be another one now."""
    found: set[int] = set()
    for kind in known():
        objects = sorted(touched.get(kind, ()))
        for start in range(0, len(objects), TOGETHER):
            here = File.object_id.in_(objects[start : start + TOGETHER])
            found.update(session.scalars(select(File.id).where(File.kind == kind, here)))
    return found


def hits(session: Session, wanted: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show files to a viewer who may read what they hang on; the address is the page where they stand."""
    text = func.substr(FileText.text, 1, SHOWN)
    query = (
        select(File, Person.display_name, text)
        .join(Person, Person.id == File.uploader_id)
        .outerjoin(FileText, FileText.digest == File.digest)
        .where(File.id.in_(wanted), File.kind.is_not(None))
    )
    rows = session.execute(query).all()
    may = queries.readable(session, viewer, [row[0] for row in rows])
    pages = queries.pages(session, [row[0] for row in rows if row[0].id in may])
    return {
        file.id: Hit(
            key=f"file:{file.id}",
            title=file.name,
            text=" ".join(part for part in (file.alt, words) if part),
            url=pages[file.id],
            at=file.at,
            subtitle=f"{queries.shown_of(file).extension} · {size_text(file.size)}",
            author=author,
        )
        for file, author, words in rows
        if file.id in may
    }


source = IndexSource(
    kind="file",
    events={FilesRead: lambda e: e.file_ids, FilesForgotten: lambda e: e.file_ids or (e.file_id,)},
    load=load,
    ids=ids,
    hits=hits,
    stamps=stamps,
    beside=beside,
)
