"""Keeping the index true to the database: what events touched is read anew, put or dropped; rebuilding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Document, IndexSource
from rse.feed.models import Comment, Post
from rse.groups.events import GroupRetokened
from rse.search.engine import Batch, SearchBackend, stamp

STAMPS = 5_000  # ids and versions read at once
READ = 500  # objects read from the database at once
WRITTEN = 20_000  # objects of one commit of the index

Sources = Mapping[str, IndexSource]
Touched = dict[str, set[int]]  # kind -> ids

MANY = 4_000  # objects touched at once


def by_kind(sources: Iterable[IndexSource]) -> dict[str, IndexSource]:
    """Give the sources by what they index. Raises ValueError when two index the same."""
    found: dict[str, IndexSource] = {}
    for source in sources:
        if source.kind in found:
            raise ValueError(f"two features index {source.kind}")
        found[source.kind] = source
    return found


def touched_by(session: Session, sources: Sources, events: Sequence[Any]) -> Touched:
    """Give each object that some events touched, once: the index takes its present state, not its steps."""
    touched: Touched = {kind: set() for kind in sources}
    for event in events:
        for kind, source in sources.items():
            ids = source.events.get(type(event))
            if ids is not None:
                touched[kind].update(ids(event))
        if isinstance(event, GroupRetokened):
            _contents(session, event.group_id, touched)
    for kind, source in sources.items():
        if source.beside is not None:
            touched[kind].update(source.beside(session, touched))
    return {kind: ids for kind, ids in touched.items() if ids}


def _contents(session: Session, group_id: int, touched: Touched) -> None:
    """Add everything in a group: its audience is another one now."""
    posts = select(Post.id).where(Post.group_id == group_id)
    comments = select(Comment.id).join(Post, Post.id == Comment.post_id).where(Post.group_id == group_id)
    for kind, query in (("post", posts), ("comment", comments)):
        if kind in touched:
            touched[kind].update(session.scalars(query))


def read(session: Session, sources: Sources, touched: Mapping[str, Iterable[int]]) -> Batch:
    """Read the present state of objects: what is gone is dropped."""
    put: list[Document] = []
    drop: list[str] = []
    for kind, wanted in touched.items():
        ids = sorted(wanted)
        for start in range(0, len(ids), READ):
            part = ids[start : start + READ]
            loaded = list(sources[kind].load(session, part))
            put += loaded
            drop += sorted({f"{kind}:{number}" for number in part} - {document.key for document in loaded})
    return Batch(put, drop)


def update(session: Session, backend: SearchBackend, sources: Sources, events: Sequence[Any]) -> int:
    """Bring into the index what events touched; on return it is committed there. May be done twice.

    The state is read while the index's writer is held, so that no older state overwrites a newer one; the
    database transaction is ended first, because a commit of the index must not hold up who writes there.
    Raises what the engine raises when the index cannot be written. Gives the number of objects.
    """
    touched = touched_by(session, sources, events)
    session.rollback()
    count = sum(map(len, touched.values()))
    if count > MANY:  # an import: to merge so much into the live index costs several times a new one
        return rebuild(session, backend, sources)
    for part in _parts(touched):
        backend.update(_reader(session, sources, part))
    return count


def differing(session: Session, backend: SearchBackend, sources: Sources) -> Touched:
    """Give what the index lacks, has of an older state, or has though it is gone: by ids and versions.

    Raises Unusable where there is no index. What events are still to bring into it differs too.
    """
    found: Touched = {}
    for kind, source in sources.items():
        if source.stamps is None:
            continue
        known, after = dict(backend.stamps(kind)), -1
        wrong = set()
        while rows := source.stamps(session, after, STAMPS):
            for number, version, audience in rows:
                if audience and known.pop(number, None) != stamp(version, audience):  # "" is nobody: gone
                    wrong.add(number)
            after = rows[-1][0]
        session.rollback()
        if wrong or known:
            found[kind] = wrong | known.keys()
    return found


def mend(session: Session, backend: SearchBackend, sources: Sources) -> int:
    """Bring into the index what differs; build a new one when much does. Gives how many objects differed."""
    touched = differing(session, backend, sources)
    count = sum(map(len, touched.values()))
    if count > MANY:
        rebuild(session, backend, sources)
    else:
        for part in _parts(touched):
            backend.update(_reader(session, sources, part))
    return count


def _reader(session: Session, sources: Sources, part: Touched) -> Callable[[], Batch]:
    def now() -> Batch:
        batch = read(session, sources, part)
        session.rollback()
        return batch

    return now


def _parts(touched: Touched) -> Iterator[Touched]:
    """Cut what is touched into commits of a bounded size."""
    flat = [(kind, number) for kind, ids in touched.items() for number in sorted(ids)]
    for start in range(0, len(flat), WRITTEN):
        part: Touched = {}
        for kind, number in flat[start : start + WRITTEN]:
            part.setdefault(kind, set()).add(number)
        yield part


def everything(session: Session, sources: Sources, seen: Callable[[int], None]) -> Iterator[Document]:
    """Read every object of every source, in the order of ids; `seen` is told how many were read."""
    for source in sources.values():
        after = -1
        while ids := source.ids(session, after, READ):
            documents = list(source.load(session, ids))
            session.rollback()
            yield from documents
            after = ids[-1]
            seen(len(ids))
        session.rollback()  # the last look began a transaction: what is read next must be of then, not of now


def rebuild(
    session: Session, backend: SearchBackend, sources: Sources, seen: Callable[[int], None] = lambda n: None
) -> int:
    """Build the index anew beside the live one, then switch. Gives the number of documents."""

    def late(keys: Sequence[str]) -> Batch:
        touched: Touched = {}
        for key in keys:
            kind, _, number = key.rpartition(":")
            if kind in sources:
                touched.setdefault(kind, set()).add(int(number))
        session.rollback()
        batch = read(session, sources, touched)
        session.rollback()
        return batch

    session.rollback()  # what it has read must not keep the live index from being replaced
    return backend.reindex(everything(session, sources, seen), late)
