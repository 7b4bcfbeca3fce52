"""One immutable segment of an index in memory: small columns beside posting lists read on demand."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rse.core.audience import EVERYONE
from rse.search.engine import closed_mark
from rse.search.grammar import Word
from rse.search.rows import (
    NONE,
    Column,
    Hits,
    Mask,
    Rows,
    Several,
    best_of,
    in_all,
    level,
    marked,
    sum_of,
)
from rse.search.spelling import Lexicon
from rse.search.whoosh_index import Block, Row, blocks

EXPANDED = 64  # words that a prefix stands for at most, the most frequent ones
READ = 600  # words looked at for that, in the order of the alphabet
KEPT_PREFIXES = 5_000
KEPT_ENTRIES = 4_000_000  # entries of posting lists kept per segment: 48 MB
KEPT_AUDIENCES = 2_000


class Segment:
    """The rows of a segment by number. Made once: later commits change only which rows are deleted."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take the stored rows in their order (see `whoosh_index.row_of`)."""
        columns = tuple(zip(*rows, strict=True))
        keys, kinds, audiences, authors, groups, times, post_kinds, tags, departments, sites, *more = columns
        roots, accepted, marks, versions = more
        self.keys: Sequence[str] = keys
        self.size = len(keys)
        self.times = np.array(times, np.int64)
        self.kind, self.post_kind = Column(kinds), Column(post_kinds)
        self.author, self.group = Column(authors), Column(groups)
        self.department, self.site = Column(departments), Column(sites)
        self.tag, self.mark = Several(tags), Several(marks)
        self.roots: Sequence[str] = roots
        self.accepted = array("b", accepted)
        self.versions = array("q", versions)
        bars = (
            closed_mark(group, kind) if group and EVERYONE in audience else ""
            for group, kind, audience in zip(groups, kinds, audiences, strict=True)
        )
        self.audience = Column(zip(audiences, bars, strict=True))
        self.sets = [(frozenset(tokens), bar) for tokens, bar in self.audience.values]  # who, what closes it
        self.bars = frozenset(bar for _, bar in self.sets)
        self.sizes = self._by_audience(self.audience.codes)  # the deleted ones too
        self.lists: dict[tuple[str, str], Hits] = {}
        self.entries = 0
        self.lexicon: Lexicon | None = None
        self.expanded: dict[str, list[str]] = {}
        self.allowed: dict[frozenset[str], Mask] = {}

    def _by_audience(self, codes: Rows) -> NDArray[np.intp]:
        return np.bincount(codes, minlength=len(self.sets))

    def counted(self, rows: Rows) -> NDArray[np.intp]:
        """Give how many of some rows have each audience."""
        return self._by_audience(self.audience.codes[rows])

    def readable(self, audience: frozenset[str]) -> Mask:
        """Tell of each code which audiences these tokens open and no mark closes; none for no token."""
        known = self.allowed.get(audience)
        if known is None:
            opened = (bar not in audience and not tokens.isdisjoint(audience) for tokens, bar in self.sets)
            known = np.fromiter(opened, np.bool_, len(self.sets))
            if len(self.allowed) >= KEPT_AUDIENCES:
                self.allowed.clear()
            self.allowed[audience] = known
        return known


class View:
    """A segment as one commit left it: its reader and the rows that are deleted."""

    def __init__(self, segment: Segment, reader: Any, deleted: Iterable[int]) -> None:
        self.segment = segment
        self.reader = reader
        gone = np.fromiter(deleted, np.int32)
        self.deleted = marked(gone, segment.size) if len(gone) else None
        self.sizes = segment.sizes - segment.counted(gone)

    def size(self, audience: frozenset[str]) -> int:
        """Give how many rows the audience may read."""
        return int(self.sizes[self.segment.readable(audience)].sum())

    def open_to(self, rows: Rows, audience: frozenset[str]) -> Mask:
        """Tell which of some rows the audience may read and are not deleted."""
        allowed = self.segment.readable(audience)[self.segment.audience.codes[rows]]
        return allowed if self.deleted is None else allowed & ~self.deleted[rows]

    def rows(self, of_kind: Callable[[str], object]) -> Rows:
        """Give the rows of some kinds, without the deleted ones."""
        held = self.segment.kind.table(of_kind)[self.segment.kind.codes]
        return np.flatnonzero(held if self.deleted is None else held & ~self.deleted).astype(np.int32)

    def within(self, hits: Hits, audience: frozenset[str]) -> Hits:
        """Keep what the audience may read and what is not deleted."""
        return hits.kept(self.open_to(hits.rows, audience))

    def postings(self, field: str, term: str) -> Hits:
        """Give the rows that hold a term, with its weight in each.

        Kept from one commit to the next: rows deleted since are among them, and sorted out by the caller.
        """
        segment = self.segment
        known = segment.lists.get((field, term))
        if known is None:
            known = self._read(field, term)
            segment.entries += len(known)
            if segment.entries > KEPT_ENTRIES:
                segment.lists.clear()
                segment.entries = len(known)
            segment.lists[field, term] = known
        return known

    def _read(self, field: str, term: str) -> Hits:
        read = list(self._blocks(field, term))
        if not read:
            return NONE
        rows, weights, _values = zip(*read, strict=True)
        return Hits(np.concatenate(rows), np.concatenate(weights).astype(np.float64))

    def _blocks(self, field: str, term: str) -> Iterable[Block]:
        return blocks(self.reader.postings(field, term)) if (field, term) in self.reader else ()

    def places(self, term: str, wanted: Mask) -> dict[int, set[int]]:
        """Give the places of an exact word in some rows."""
        return {
            row: set(array("H", value))
            for ids, _weights, values in self._blocks("exact", term)
            for row, value, held in zip(ids.tolist(), values, wanted[ids].tolist(), strict=True)
            if held
        }

    def phrase(self, words: Sequence[Word]) -> Rows:
        """Give the rows that hold the words at their distances: the exact words, in order."""
        lists = [self.postings("exact", word.exact) for word in words]
        rows = in_all(lists, [1.0] * len(lists), self.segment.size).rows
        if len(words) == 1 or not len(rows):
            return rows
        wanted = marked(rows, self.segment.size)
        places = [(word.gap, self.places(word.exact, wanted)) for word in words]
        first = places[0][1]
        held = [
            any(all(start + gap in found[row] for gap, found in places) for start in first[row])
            for row in rows.tolist()
        ]
        return rows[np.array(held, np.bool_)]

    def expand(self, prefix: str, audience: frozenset[str]) -> list[Hits]:
        """Give the rows of the words that a prefix may stand for: of the most frequent in what one may read.

        Of more than READ words the first are looked at, counted over the whole segment: there, and only
        there, words that one may not read can take the place of others.
        """
        words = self.segment.expanded.get(prefix)
        if words is None:
            words = [raw.decode() for raw in islice(self.reader.expand_prefix("exact", prefix), READ)]
            if len(self.segment.expanded) >= KEPT_PREFIXES:
                self.segment.expanded.clear()
            self.segment.expanded[prefix] = words
        lists = [self.within(self.postings("exact", word), audience) for word in words]
        if len(lists) > EXPANDED:
            lists.sort(key=len, reverse=True)
        return lists[:EXPANDED]

    def rows_of(self, word: Word, audience: frozenset[str]) -> Hits:
        """Give what one may read that holds a word, or, at a lower weight, what may stand for it."""
        found = self._together(word.each, audience) if word.each else self._own(word, audience)
        others = [
            Hits(hits.rows, hits.weights * other.weight)
            for other in word.others
            for hits in (self._together(other.words, audience),)
        ]
        return best_of([found, *others], self.segment.size) if others else found

    def _together(self, words: Sequence[Word], audience: frozenset[str]) -> Hits:
        lists = [self.rows_of(word, audience) for word in words]
        return in_all(lists, [1 / len(lists)] * len(lists), self.segment.size)

    def _own(self, word: Word, audience: frozenset[str]) -> Hits:
        """Give what holds a word itself: its stem weighs once, its exact form twice more."""
        size = self.segment.size
        if word.prefix:
            return best_of(self.expand(word.exact, audience), size)
        stem, exact = self.postings("stem", word.stem), self.postings("exact", word.exact)
        held = marked(stem.rows, size)
        twice = exact.kept(held[exact.rows])
        found = sum_of([stem, twice], [1.0, 2.0], size) if len(twice) else stem
        if word.parts:
            parts = self.phrase(word.parts)
            found = best_of([found, level(parts[~held[parts]], 2.0)], size)
        return self.within(found, audience)

    def spelt(self, word: str) -> list[str]:
        """Give the exact words that share nearly all letters of a word and have about its length."""
        if self.segment.lexicon is None:
            self.segment.lexicon = Lexicon(raw.decode() for raw in self.reader.lexicon("exact"))
        return self.segment.lexicon.about(word)
