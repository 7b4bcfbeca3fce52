"""Search with Whoosh: its files, segments and posting lists; the evaluation is ours (docs/adr tells why).

Layout of the directory: `current` names the live index, beside which a new one is built; `write.lock`
admits one writer at a time, `rebuild.lock` one rebuild; `late` keeps the keys applied during it.
Whoosh does not call fsync: after a power cut the index may have to be rebuilt, which the worker does itself.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import structlog
from whoosh import index
from whoosh.reading import SegmentReader

from rse.core.feature import Document
from rse.search import whoosh_index, whoosh_words
from rse.search.engine import Batch, Found, Results, SearchQuery, Suggestion, Unusable, on_thread, real_lock
from rse.search.ranking import Snapshot
from rse.search.segment import Segment, View

log = structlog.get_logger()
T = TypeVar("T")
TRIES, WAIT = 10, 0.05  # seconds between them: to open what a writer is about to merge
CHUNK = 25_000  # documents of one segment while building: their postings fit in memory


class Whoosh:
    """The embedded engine: any number of readers, one writer at a time, across processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lock = real_lock()  # one question at a time: under the GIL more would only wait elsewhere
        self.name = ""
        self.opened: Any = None
        self.snapshot: Snapshot | None = None
        self.segments: dict[str, Segment] = {}
        self.readers: dict[str, Any] = {}  # of segments

    # Questions

    def together(self) -> AbstractContextManager[None]:
        """Ask one after the other: there is nothing to look up once."""
        return nullcontext()

    def search(self, query: SearchQuery) -> Results:
        """Answer a question within its audience; an index that cannot be read answers nothing."""
        if not query.audience:
            return Results()
        return self._ask(lambda snapshot: snapshot.search(query), Results())

    def suggest(self, prefix: str, audience: frozenset[str], limit: int = 8) -> Sequence[Suggestion]:
        """Complete what is being typed, from what the audience may read only."""
        nothing: Sequence[Suggestion] = ()
        return (
            self._ask(lambda snapshot: snapshot.suggest(prefix, audience, limit), nothing)
            if audience
            else nothing
        )

    def evidence(self, terms: str, audience: frozenset[str], k: int = 200) -> Sequence[Found]:
        """Give the k best posts, comments and group messages about some terms."""
        nothing: Sequence[Found] = ()
        return (
            self._ask(lambda snapshot: snapshot.evidence(terms, audience, k), nothing)
            if audience
            else nothing
        )

    def spellings(
        self, words: Sequence[str], audience: frozenset[str]
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Give the words near these that stand in what the audience may read."""
        nothing: Mapping[str, Sequence[tuple[str, int]]] = {}
        return (
            self._ask(lambda snapshot: whoosh_words.spellings(snapshot, words, audience), nothing)
            if audience
            else nothing
        )

    def health(self) -> str | None:
        """Say what is wrong with the index, or None."""
        try:
            on_thread(self._refresh)
        except Unusable as error:
            return str(error)
        return None

    def stamps(self, kind: str) -> Mapping[int, int]:
        """Give the stamp of every document of a kind, by id. Raises Unusable."""

        def read() -> dict[int, int]:
            with self.lock:
                return whoosh_words.stamps(self._refresh_locked(), kind)

        return on_thread(read)

    def _ask(self, work: Callable[[Snapshot], T], nothing: T) -> T:
        def run() -> T:
            with self.lock:
                try:
                    return work(self._refresh_locked())
                except Unusable as error:
                    log.debug("search index unusable", reason=str(error))
                    return nothing

        return on_thread(run)

    def _refresh(self) -> None:
        with self.lock:
            self._refresh_locked()

    def _refresh_locked(self) -> Snapshot:
        """Give the newest commit, by a new reader: refreshing one keeps deleted rows in most releases."""
        name = self._current()
        try:
            if name != self.name or self.opened is None:
                self.opened = index.open_dir(str(self.directory / name))
                self._close(keep={})
                self.name, self.snapshot, self.segments, self.readers = name, None, {}, {}
            if self.snapshot is None or self.snapshot.generation != self.opened.latest_generation():
                self._open()
        except Exception as error:
            self.opened, self.snapshot = None, None
            if self._current() != name:  # switched under our hands: once more
                return self._refresh_locked()
            raise Unusable(f"the search index cannot be read: {type(error).__name__}") from error
        if self.snapshot is None:
            raise Unusable("the search index is empty")
        return self.snapshot

    def _open(self) -> None:
        """Read the newest commit. Segments that stand already stay open: of these only deletions change."""
        toc, readers = self._readers()
        views, segments = [], {}
        for part in toc.segments:
            if not part.doc_count_all():
                continue
            known, leaf = part.segment_id(), readers[part.segment_id()]
            segments[known] = self.segments.get(known) or Segment(_rows(leaf))
            views.append(View(segments[known], leaf, part.deleted_docs()))
        self._close(keep=readers)
        self.readers, self.segments = readers, segments
        self.snapshot = Snapshot(toc.generation, views)

    def _readers(self) -> tuple[Any, dict[str, Any]]:
        """Give the table of contents, and a reader of each segment, by its id."""
        storage, left = self.opened.storage, TRIES
        while True:
            toc = index.TOC.read(storage, self.opened.indexname)
            parts = {part.segment_id(): part for part in toc.segments}
            try:
                return toc, {
                    name: self.readers.get(name) or SegmentReader(storage, toc.schema, part)
                    for name, part in parts.items()
                }
            except OSError:  # a writer has merged it away meanwhile
                left -= 1
                if not left:
                    raise
                time.sleep(WAIT)

    def _close(self, keep: Mapping[str, Any]) -> None:
        for name, reader in self.readers.items():
            if name not in keep:
                reader.close()

    def _current(self) -> str:
        try:
            name = (self.directory / "current").read_text().strip()
        except OSError:
            raise Unusable("there is no search index yet") from None
        if not whoosh_index.fits(self.directory / name):
            raise Unusable("the search index is of another version")
        return name

    # Writing

    def apply(self, batch: Batch) -> None:
        """Put and drop documents in one commit. Raises Unusable when there is no index to write to."""
        self.update(lambda: batch)

    def update(self, read: Callable[[], Batch]) -> None:
        """Read what to put and drop while holding the writer's lock, and commit it. Raises as `apply`."""
        with self._writing():
            self._current()
            self._write(read())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _locked(self.directory / "write.lock"):
            yield

    def _write(self, batch: Batch) -> None:
        opened = index.open_dir(str(self.directory / self._current()))
        keys = [document.key for document in batch.put] + list(batch.drop)
        if (self.directory / "late").exists():
            with (self.directory / "late").open("a") as late:
                late.writelines(key + "\n" for key in keys)
        whoosh_index.write(opened, batch)

    def reindex(self, documents: Iterable[Document], late: Callable[[Sequence[str]], Batch]) -> int:
        """Build anew beside the live index, then switch; what was applied meanwhile goes in before."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.directory / "rebuild.lock"):
            self._sweep()
            with self._writing():
                (self.directory / "late").write_text("")
            name = f"index-{uuid.uuid4().hex[:12]}"
            built = whoosh_index.create(self.directory / name)
            count = 0
            source = iter(documents)
            while chunk := list(islice(source, CHUNK)):
                whoosh_index.write(built, Batch(put=chunk), bulk=True)
                count += len(chunk)
            with self._writing():
                keys = sorted(set((self.directory / "late").read_text().split("\n")) - {""})
                if keys:
                    whoosh_index.write(built, late(keys))
                self._switch(name)
            self._sweep()
        return count

    def _switch(self, name: str) -> None:
        fresh = self.directory / "current.new"
        fresh.write_text(name)
        fresh.replace(self.directory / "current")
        (self.directory / "late").unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what an older or killed rebuild left. Readers that have files open keep them."""
        try:
            live = (self.directory / "current").read_text().strip()
        except OSError:
            live = ""
        for path in self.directory.glob("index-*"):
            if path.name != live:
                shutil.rmtree(path, ignore_errors=True)


def _rows(leaf: Any) -> Iterator[Any]:
    """Read the stored rows of a segment, the deleted ones too: their numbers count."""
    for number in range(leaf.doc_count_all()):
        yield leaf.stored_fields(number)["row"]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; it goes with the process that dies."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
