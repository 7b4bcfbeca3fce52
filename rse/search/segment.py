"""One immutable segment of an index in memory: small columns beside posting lists read on demand."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from rse.core.audience import EVERYONE
from rse.search.engine import closed_mark
from rse.search.grammar import Word
from rse.search.spelling import letters, slips

EXPANDED = 64  # words that a prefix stands for at most, the most frequent ones
READ = 600  # words looked at for that, in the order of the alphabet
KEPT_PREFIXES = 5_000
KEPT_ENTRIES = 400_000  # entries of posting lists kept per segment: about 40 MB
KEPT_AUDIENCES = 2_000

Row = tuple[Any, ...]
Scores = dict[int, float]  # rows with a weight


class Segment:
    """The rows of a segment by number. Made once: later commits change only which rows are deleted."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take the stored rows in their order (see `whoosh.row_of`)."""
        self.keys: list[str] = []
        self.kinds: list[str] = []
        self.audiences = array("l")
        self.sets: list[
            tuple[frozenset[str], str]
        ] = []  # the distinct audiences, and the mark that closes each
        self.authors = array("q")
        self.groups = array("q")
        self.times = array("q")
        self.post_kinds: list[str] = []
        self.tags: list[tuple[str, ...]] = []
        self.departments: list[str] = []
        self.sites: list[str] = []
        self.roots: list[str] = []
        self.accepted = array("b")
        self.marks: list[tuple[str, ...]] = []
        self.versions = array("q")
        codes: dict[tuple[tuple[str, ...], str], int] = {}
        for key, kind, audience, author, group, at, post_kind, tags, department, site, *more in rows:
            root, accepted, marks, version = more
            self.keys.append(key)
            self.kinds.append(sys.intern(kind))
            bar = closed_mark(group, kind) if group and EVERYONE in audience else ""
            self.audiences.append(codes.setdefault((audience, bar), len(codes)))
            self.authors.append(author)
            self.groups.append(group)
            self.times.append(at)
            self.post_kinds.append(sys.intern(post_kind))
            self.tags.append(tags)
            self.departments.append(sys.intern(department))
            self.sites.append(sys.intern(site))
            self.roots.append(root)
            self.accepted.append(accepted)
            self.marks.append(marks)
            self.versions.append(version)
        self.sets = [(frozenset(tokens), bar) for tokens, bar in codes]
        self.bars = frozenset(bar for _, bar in codes)
        self.sizes = Counter(self.audiences)  # rows by audience, the deleted ones too
        self.lists: dict[tuple[str, str], dict[int, float]] = {}
        self.kept = 0
        self.spelt: dict[int, list[tuple[int, str]]] | None = None  # by length, with their letters
        self.expanded: dict[str, list[str]] = {}
        self.allowed: dict[frozenset[str], frozenset[int]] = {}

    def readable(self, audience: frozenset[str]) -> frozenset[int]:
        """Give the codes of the audiences that these tokens open and no mark closes; none for no token."""
        if not audience:
            return frozenset()
        known = self.allowed.get(audience)
        if known is None:
            known = frozenset(
                code
                for code, (tokens, bar) in enumerate(self.sets)
                if bar not in audience and not tokens.isdisjoint(audience)
            )
            if len(self.allowed) >= KEPT_AUDIENCES:
                self.allowed.clear()
            self.allowed[audience] = known
        return known


class View:
    """A segment as one commit left it: its reader and the rows that are deleted."""

    def __init__(self, segment: Segment, reader: Any, deleted: frozenset[int]) -> None:
        self.segment = segment
        self.reader = reader
        self.deleted = deleted
        self.gone = Counter(segment.audiences[row] for row in deleted)

    def size(self, audience: frozenset[str]) -> int:
        """Give how many rows the audience may read."""
        return sum(self.segment.sizes[code] - self.gone[code] for code in self.segment.readable(audience))

    def within(self, rows: Mapping[int, float], audience: frozenset[str]) -> Scores:
        """Keep what the audience may read and what is not deleted."""
        allowed, codes, deleted = self.segment.readable(audience), self.segment.audiences, self.deleted
        if not allowed:
            return {}
        return {row: s for row, s in rows.items() if codes[row] in allowed and row not in deleted}

    def postings(self, field: str, term: str) -> dict[int, float]:
        """Give the rows that hold a term, with its weight in each.

        Kept from one commit to the next: rows deleted since are among them, and sorted out by the caller.
        """
        segment = self.segment
        known = segment.lists.get((field, term))
        if known is None:
            known = self._read(field, term)
            segment.kept += len(known)
            if segment.kept > KEPT_ENTRIES:
                segment.lists.clear()
                segment.kept = len(known)
            segment.lists[field, term] = known
        return known

    def _read(self, field: str, term: str) -> dict[int, float]:
        found: dict[int, float] = {}
        matcher = self._matcher(field, term)
        while matcher is not None and matcher.is_active():
            found[matcher.id()] = matcher.weight()
            matcher.next()
        return found

    def _matcher(self, field: str, term: str) -> Any:
        return self.reader.postings(field, term) if (field, term) in self.reader else None

    def places(self, term: str, wanted: set[int]) -> dict[int, set[int]]:
        """Give the places of an exact word in some rows."""
        found: dict[int, set[int]] = {}
        matcher = self._matcher("exact", term)
        while matcher is not None and matcher.is_active():
            row = matcher.id()
            if row in wanted:
                found[row] = set(array("H", matcher.value()))
            matcher.next()
        return found

    def phrase(self, words: Sequence[Word]) -> set[int]:
        """Give the rows that hold the words at their distances: the exact words, in order."""
        rows = set(self.postings("exact", words[0].exact))
        for word in words[1:]:
            rows &= self.postings("exact", word.exact).keys()
        if len(words) == 1 or not rows:
            return rows
        places = [(word.gap, self.places(word.exact, rows)) for word in words]
        first = places[0][1]
        return {
            row
            for row in rows
            if any(all(start + gap in found[row] for gap, found in places) for start in first[row])
        }

    def expand(self, prefix: str, audience: frozenset[str]) -> list[dict[int, float]]:
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

    def rows_of(self, word: Word, audience: frozenset[str]) -> Scores:
        """Give what one may read that holds a word, or, at a lower weight, what may stand for it."""
        found = self._together(word.each, audience) if word.each else self._own(word, audience)
        for other in word.others:
            for row, weight in self._together(other.words, audience).items():
                found[row] = max(found.get(row, 0.0), weight * other.weight)
        return found

    def _together(self, words: Sequence[Word], audience: frozenset[str]) -> Scores:
        lists = [self.rows_of(word, audience) for word in words]
        rows = set(lists[0]).intersection(*lists[1:])
        return {row: sum(scores[row] for scores in lists) / len(lists) for row in rows}

    def _own(self, word: Word, audience: frozenset[str]) -> Scores:
        """Give what holds a word itself: its stem weighs once, its exact form twice more."""
        if word.prefix:
            found: Scores = {}
            for form in self.expand(word.exact, audience):
                for row, weight in form.items():
                    found[row] = max(found.get(row, 0.0), weight)
            return found
        exact = self.postings("exact", word.exact)
        found = self.within(self.postings("stem", word.stem), audience)
        for row in found.keys() & exact.keys():
            found[row] += 2 * exact[row]
        if word.parts:
            parts = dict.fromkeys(self.phrase(word.parts) - found.keys(), 2.0)
            found |= self.within(parts, audience)
        return found

    def spelt(self, word: str) -> list[str]:
        """Give the exact words that share nearly all letters of a word and have about its length."""
        words = self.segment.spelt
        if words is None:
            words = self.segment.spelt = {}
            for raw in self.reader.lexicon("exact"):
                known = raw.decode()
                if slips(known):
                    words.setdefault(len(known), []).append((letters(known), known))
        mask, most = letters(word), slips(word)
        around = range(len(word) - most, len(word) + most + 1)
        return [k for n in around for bits, k in words.get(n, ()) if (mask ^ bits).bit_count() <= 2 * most]
