"""One Whoosh index directory: its schema, how a document becomes postings, how segments are merged."""

from __future__ import annotations

import math
import shutil
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats, index
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.reading import SegmentReader

from rse.core.feature import Document
from rse.search import analysis
from rse.search.engine import Batch
from rse.search.texts import REMEMBERED, pieces

VERSION = f"3.{analysis.VERSION}"  # of schema and analysis: another one means that the index is made anew
K1, B, USUAL_LENGTH = (
    1.2,
    0.6,
    40,
)  # BM25; the length is that of a usual post, so that weights need no statistics
MAX_PLACE = 65_535
TITLE_WEIGHT = 3  # a word of the title counts as often
MEMORY_MB = 256  # of postings before Whoosh sorts on disk
BASE = 4  # segments of a size that are merged
TORN = 3  # a segment with a third of its rows deleted is written anew at the next merge

BLOCK = 512  # postings of a block: a block is read at once

Row = tuple[Any, ...]
Posting = tuple[bytes, int, float, bytes]
Block = tuple[NDArray[np.int32], NDArray[np.float32], Sequence[bytes]]  # rows, weights, places


class Words(fields.FieldType):
    """A field that takes postings ready made. Whoosh pickles it: it stays importable by this name."""

    def __init__(self, *, places: bool) -> None:
        """Keep places (for phrases) or weights only."""
        super().__init__(formats.Positions() if places else formats.Existence(), None)

    def index(self, value: Sequence[Posting], **_options: Any) -> Sequence[Posting]:
        """Give the postings as they are."""
        return value


class Postings(W3LeafMatcher):
    """A posting list of Whoosh's, which gives whole blocks too: one by one, a frequent word takes long."""

    def blocks(self) -> Iterator[Block]:
        """Give the blocks from here to the end."""
        while self.is_active():
            self._read_data()
            deltas, weights, values = self._data
            many = len(deltas)
            weighed = np.full(many, 1.0 if weights is None else weights, np.float32)
            yield np.cumsum(deltas, dtype=np.int32), weighed, values or (b"",) * many
            self._next_block()


class Codec(W3Codec):
    """Whoosh's codec without lengths of fields: the weights hold them (and they cost a stat a posting)."""

    length_stats = False

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, **options: Any) -> Any:
        """Read posting lists by blocks, but those of one posting, which stand beside the word."""
        if terminfo.is_inlined():
            return super().postings_reader(dbfile, terminfo, format_, **options)
        return Postings(dbfile, *terminfo.extent(), format_, **options)


def blocks(matcher: Any) -> Iterator[Block]:
    """Give a posting list by blocks, with the rows that are deleted."""
    whole = getattr(matcher, "child", matcher)  # without what leaves the deleted out
    if isinstance(whole, Postings):
        yield from whole.blocks()
    while not isinstance(whole, Postings) and whole.is_active():
        yield np.array([whole.id()], np.int32), np.array([whole.weight()], np.float32), (whole.value(),)
        whole.next()


def schema() -> Any:
    """Give the fields: the key, two forms of the words, and the row with what filters and facets need."""
    return fields.Schema(
        key=Words(places=False), exact=Words(places=True), stem=Words(places=False), row=fields.STORED()
    )


def row_of(document: Document) -> Row:
    """Give what is stored of a document; see `Segment`. People are also found by their own token (guests)."""
    audience: tuple[str, ...] = (document.audience,)
    if document.kind == "person":
        audience = (document.audience, document.key)
    return (
        document.key,
        document.kind,
        audience,
        document.author_id or 0,
        document.group_id or 0,
        int(document.at.timestamp()),
        document.post_kind,
        tuple(document.tags),
        document.department,
        document.site,
        document.root,
        int(document.accepted),
        tuple(document.marks),
        document.version,
    )


def _forms(piece: str) -> tuple[int, int, tuple[int, tuple[tuple[int, str, str], ...]]]:
    """Give how many words a piece of text has, and their forms: place, exact word, stem."""
    width, words = analysis.piece(piece)
    forms = tuple((place + one.offset, one.exact, one.stem) for place, found in words for one in found)
    return width, words[-1][0] if words else -1, (len(words), forms)


_remembered = lru_cache(maxsize=REMEMBERED)(_forms)


def postings_of(document: Document) -> tuple[list[Posting], list[Posting]]:
    """Analyse a document: exact words with places, and stems, weighed by BM25's frequency part."""
    places: dict[str, list[int]] = {}
    stems: dict[str, int] = {}
    length = 0
    for of_title, first, (many, forms) in pieces(document, _forms, _remembered):
        weight = TITLE_WEIGHT if of_title else 1
        for offset, exact, stem in forms:
            at = min(first + offset, MAX_PLACE)
            if exact not in places:
                places[exact] = [at] * weight
            else:
                places[exact] += [at] * weight
            stems[stem] = stems.get(stem, 0) + weight
        length += many
    norm = K1 * (1 - B + B * length / USUAL_LENGTH)
    weights = {many: _weight(many, norm) for many in {*stems.values(), *map(len, places.values())}}
    exact_words = [
        (word.encode(), len(at), weights[len(at)], array("H", at).tobytes()) for word, at in places.items()
    ]
    return exact_words, [(word.encode(), n, weights[n], b"") for word, n in stems.items()]


def _weight(frequency: int, norm: float) -> float:
    """Give BM25's weight of a word that occurs so often; one decimal, because Whoosh packs equal ones."""
    return round(frequency * (K1 + 1) / (frequency + norm), 1) or 0.1


def merge(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Merge like a counter in base 4 carries: four segments of a size become one of the next size.

    A document is so rewritten about log4(n) times in all, and n documents lie in few segments, most of them
    small. A segment of which much is deleted goes along.
    """
    pile = writer.docnum
    waiting = sorted(segments, key=lambda s: s.doc_count_all())
    merged = [segment for segment in waiting if segment.deleted_count() * TORN > segment.doc_count_all()]
    while True:
        level = _level(pile + sum(segment.doc_count_all() for segment in merged))
        beside = [s for s in waiting if s not in merged and _level(s.doc_count_all()) <= level]
        if len(beside) < BASE - 1:
            break
        merged += beside
    for segment in merged:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in merged]


def _level(size: int) -> int:
    return int(math.log(max(size, 1), BASE) + 1e-9)


def keep(_writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Merge nothing: for bulk building."""
    return list(segments)


def create(directory: Path) -> Any:
    """Make an empty index in a directory that only the application's user may read."""
    directory.mkdir(mode=0o700, parents=True)
    made = index.create_in(str(directory), schema())
    (directory / "version").write_text(VERSION)
    return made


def fits(directory: Path) -> bool:
    """Tell whether an index was made by this schema and analysis. Read before anything is unpickled."""
    try:
        return (directory / "version").read_text() == VERSION
    except OSError:
        return False


def write(opened: Any, batch: Batch, *, bulk: bool = False) -> None:
    """Write one batch and commit. The caller holds the write lock; a killed writer's leftovers are swept."""
    shutil.rmtree(Path(opened.storage.folder) / f"{opened.indexname}.tmp", ignore_errors=True)
    writer = opened.writer(limitmb=MEMORY_MB, codec=Codec(blocklimit=BLOCK, compression=1))
    try:
        last = {document.key: document for document in batch.put}
        if not bulk:
            _delete(opened, writer, {*last, *batch.drop})
        for document in last.values():
            exact, stems = postings_of(document)
            writer.add_document(
                key=[(document.key.encode(), 1, 1.0, b"")], exact=exact, stem=stems, row=row_of(document)
            )
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=keep if bulk else merge)


def _delete(opened: Any, writer: Any, keys: Iterable[str]) -> None:
    reader = opened.reader()
    try:
        for key in keys:
            if ("key", key) in reader:
                matcher = reader.postings("key", key)
                while matcher.is_active():
                    writer.delete_document(matcher.id())
                    matcher.next()
    finally:
        reader.close()
