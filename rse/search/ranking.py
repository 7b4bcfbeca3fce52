"""Answers over the segments of one commit: who may read first, then filters, scores, facets, pages."""

from __future__ import annotations

import heapq
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from rse.search.engine import (
    MAX_LIMIT,
    Found,
    Position,
    Results,
    SearchQuery,
    Suggestion,
    Wider,
)
from rse.search.filters import filtered
from rse.search.grammar import Parsed, Word, apart, parse, widen, words_of
from rse.search.segment import Scores, View

FRESH_SHARE = 0.3  # of a score
FRESH_HALF_LIFE = 120 * 86_400  # seconds
RECENT = 24  # questions whose rows are kept
MOST = 0.4  # of the rarity of the words asked for: of two about as rare, either
NEARLY = 0.5  # the same, where all the words do not fill a first page: what holds half stands below
FEW, SENTENCE = 10, 3  # hits; words
ROUNDING = 1e-9  # a half of equal parts is a half, in whatever order they were added
TIMELESS = {"person", "group"}
EVIDENCE = {"post", "comment", "message"}

Matches = list[tuple[View, Scores]]


def nearly(parsed: Parsed, results: Results, query: SearchQuery) -> bool:
    """Tell whether what holds nearly all the words is shown too, below what holds all of them."""
    few = 0 < results.total < FEW and len(parsed.words) >= SENTENCE
    return few and not parsed.phrases and query.sort != "date"


class Snapshot:
    """The index as one commit left it."""

    def __init__(self, generation: int, views: Sequence[View], reader: Any) -> None:
        self.generation = generation
        self.views = views
        self.reader = reader  # keeps the files open
        self.bars = frozenset().union(*(view.segment.bars for view in views))
        self.recent: dict[tuple[str, tuple[Wider, ...], frozenset[str], float | None], Matches] = {}

    def close(self) -> None:
        """Close the files; nobody asks this snapshot any more."""
        self.reader.close()

    def heard(self, audience: frozenset[str]) -> frozenset[str]:
        """Leave out the marks of groups of which the index holds nothing for everyone: nearly all."""
        return frozenset(token for token in audience if not token.startswith("-") or token in self.bars)

    # Which rows, and how well: of what the audience may read only, the rarity of words too

    def _weighed(self, words: Iterable[Word], audience: frozenset[str]) -> list[tuple[float, list[Scores]]]:
        """Give each word's rows per segment, with its rarity: BM25's idf over what the audience may read."""
        size = sum(view.size(audience) for view in self.views)
        found = []
        for word in words:
            lists = [view.rows_of(word, audience) for view in self.views]
            df = sum(map(len, lists))
            found.append((math.log(1 + (size - df + 0.5) / (df + 0.5)) if df else 0.0, lists))
        return found

    def _all_of(self, parsed: Parsed, audience: frozenset[str]) -> Matches:
        """Give, per segment, the rows that hold every word and phrase, scored."""
        words = [*parsed.words, *(word for phrase in parsed.phrases for word in phrase)]
        weighed = self._weighed(words, audience)
        result = []
        for number, view in enumerate(self.views):
            lists = sorted((lists[number] for _, lists in weighed), key=len)
            rows = set(lists[0]) if lists else set()
            for other in lists[1:]:
                rows &= other.keys()
            for phrase in parsed.phrases:
                rows = rows & view.phrase(phrase) if rows else rows
            rows -= self._unwanted(view, parsed, audience)
            scores = {row: sum(idf * lists[number][row] for idf, lists in weighed) for row in rows}
            result.append((view, scores))
        return result

    def _any_of(self, parsed: Parsed, audience: frozenset[str], share: float = 0.0) -> Matches:
        """Give, per segment, the rows that hold a share of the words, by rarity; holding more counts more."""
        weighed = self._weighed(parsed.words, audience)
        total = sum(idf for idf, _ in weighed) or 1.0
        least = share * total * (1 - ROUNDING)
        result = []
        for number, view in enumerate(self.views):
            scores: Scores = {}
            held: Scores = {}
            for idf, lists in weighed:
                for row, weight in lists[number].items():
                    scores[row] = scores.get(row, 0.0) + idf * weight
                    held[row] = held.get(row, 0.0) + idf
            unwanted = self._unwanted(view, parsed, audience)
            kept = {
                row: score * (held[row] / total) ** 2
                for row, score in scores.items()
                if held[row] >= least and row not in unwanted
            }
            result.append((view, kept))
        return result

    @staticmethod
    def _unwanted(view: View, parsed: Parsed, audience: frozenset[str]) -> set[int]:
        rows: set[int] = set()
        for word in parsed.without:
            rows |= view.rows_of(word, audience).keys()
        for phrase in parsed.without_phrases:
            rows |= view.phrase(phrase)
        return rows

    def _within(self, scored: Sequence[Scores], audience: frozenset[str]) -> Matches:
        """Keep what the audience may read and what is not deleted."""
        return [
            (view, view.within(scores, audience)) for view, scores in zip(self.views, scored, strict=True)
        ]

    def _everything(self) -> list[Scores]:
        return [dict.fromkeys(range(len(view.segment.keys)), 1.0) for view in self.views]

    # Answers

    def search(self, query: SearchQuery) -> Results:
        """Answer a question: with all the words, or, when that finds nothing, with most of them, or some."""
        parsed, query = (
            widen(parse(query.text), query.also),
            replace(query, audience=self.heard(query.audience)),
        )
        if not query.audience:
            return Results()
        if not parsed.asks:
            empty = bool(query.text.strip()) and not parsed.filters
            rows = [] if empty else self._within(self._everything(), query.audience)
            return self._page(rows, query, worded=False, loose=False)
        results = self._page(self._matches(parsed, query, None), query)
        if nearly(parsed, results, query):
            return self._page(self._matches(parsed, query, NEARLY), query)
        parsed = apart(parsed)
        for share in (MOST, 0.0):
            if results.total or parsed.phrases or len(parsed.words) <= 1:  # a phrase is meant as it stands
                break
            results = self._page(self._matches(parsed, query, share), query, loose=True)
        return results

    def _matches(self, parsed: Parsed, query: SearchQuery, share: float | None) -> Matches:
        """Give what the audience may read of what holds all the words, or a share of them.

        Kept for a while: a page asks the same of several kinds, and its filters and further pages follow.
        """
        key = (query.text, query.also, query.audience, share)
        known = self.recent.get(key)
        if known is None:
            known = (
                self._all_of(parsed, query.audience)
                if share is None
                else self._any_of(parsed, query.audience, share)
            )
            if len(self.recent) >= RECENT:
                del self.recent[next(iter(self.recent))]
            self.recent[key] = known
        return known

    def _page(
        self,
        matches: Sequence[tuple[View, Scores]],
        query: SearchQuery,
        *,
        loose: bool = False,
        worded: bool = True,
    ) -> Results:
        kept, facets = filtered(matches, query)
        limit = min(query.limit, MAX_LIMIT)
        total = sum(len(rows) for _, rows in kept)
        if query.sort == "date" or not worded:
            positions = _positions(_newest(kept, limit + 1, query.after), None)
        else:
            positions = _positions(kept, time.time())
        if query.after is not None:
            positions = (item for item in positions if item[0] < query.after)
        best = heapq.nlargest(limit + 1, positions, key=itemgetter(0))
        after = best[limit - 1][0] if len(best) > limit else None
        found = [_found(*item) for item in best[:limit]]
        return Results(found, total, facets, after, loose and bool(total))

    def evidence(self, terms: str, audience: frozenset[str], k: int) -> list[Found]:
        """Give the best rows that say something about the terms; private conversations say nothing."""
        parsed, audience = Parsed(words=words_of(terms)), self.heard(audience)
        if not audience or not parsed.words:
            return []
        matches = self._any_of(parsed, audience)
        speaking = [
            (view, {row: score for row, score in rows.items() if _speaks(view, row)})
            for view, rows in matches
        ]
        best = heapq.nlargest(k, _positions(speaking, None, scored=True), key=itemgetter(0))
        return [_found(*item) for item in best]

    def suggest(self, prefix: str, audience: frozenset[str], limit: int) -> list[Suggestion]:
        """Complete the last word from the names and tags that the audience may read."""
        *before, last = prefix.split() or [""]
        words = words_of(" ".join(before)) if before else []
        parsed = parse(last.rstrip("*") + "*")
        asked, audience = Parsed(words=[*words, *parsed.words]), self.heard(audience)
        if not audience or not asked.words:
            return []
        matches = self._all_of(asked, audience)
        named = [
            (view, {row: score for row, score in rows.items() if view.segment.kinds[row] in TIMELESS})
            for view, rows in matches
        ]
        best = heapq.nlargest(limit, _positions(named, None, scored=True), key=itemgetter(0))
        found = [Suggestion(view.segment.kinds[row], view.segment.keys[row]) for _, view, row in best]
        return (found + [Suggestion("tag", tag) for tag in self._tags(last, audience)])[:limit]

    def _tags(self, prefix: str, audience: frozenset[str]) -> list[str]:
        """Give the most used tags with a beginning, counted over what the audience may read."""
        wanted, counts = prefix.lower().lstrip("#"), Counter[str]()
        tagged: list[Scores] = [
            {
                row: 1.0
                for row, tags in enumerate(view.segment.tags)
                if any(t.startswith(wanted) for t in tags)
            }
            for view in self.views
        ]
        for view, rows in self._within(tagged, audience):
            for row in rows:
                counts.update(tag for tag in view.segment.tags[row] if tag.startswith(wanted))
        return sorted(counts, key=lambda tag: (-counts[tag], tag))[:5]


def _positions(
    matches: Sequence[tuple[View, Scores]], now: float | None, *, scored: bool = False
) -> Iterator[tuple[Position, View, int]]:
    """Give each row with its place in the order: by score (with `now`, fresher first), or by date."""
    for view, rows in matches:
        times, keys, kinds = view.segment.times, view.segment.keys, view.segment.kinds
        for row, score in rows.items():
            worth = score if scored else 0.0
            if now:  # a share of the score halves with age; names do not age
                age = 0.0 if kinds[row] in TIMELESS else max(0.0, now - times[row])
                worth = score * (1 - FRESH_SHARE + FRESH_SHARE * 0.5 ** (age / FRESH_HALF_LIFE))
            yield (round(worth, 6), times[row], keys[row]), view, row


def _newest(
    matches: Sequence[tuple[View, Scores]], many: int, after: Position | None
) -> list[tuple[View, Scores]]:
    """Keep the newest rows of each segment only: for questions without words, which most rows answer."""
    kept = []
    for view, rows in matches:
        times, keys = view.segment.times, view.segment.keys
        older = rows if after is None else [row for row in rows if (0.0, times[row], keys[row]) < after]
        order = zip(map(times.__getitem__, older), map(keys.__getitem__, older), older, strict=True)
        best = [row for _, _, row in heapq.nlargest(many, order)]
        kept.append((view, dict.fromkeys(best, 0.0)))
    return kept


def _found(position: Position, view: View, row: int) -> Found:
    s = view.segment
    return Found(
        s.keys[row],
        s.kinds[row],
        position[0],
        s.times[row],
        s.authors[row] or None,
        s.groups[row] or None,
        s.roots[row],
        s.post_kinds[row],
        bool(s.accepted[row]),
    )


def _speaks(view: View, row: int) -> bool:
    """Tell whether a row can be evidence: a message of a group can, one between two people cannot."""
    kind = view.segment.kinds[row]
    return kind in EVIDENCE and (kind != "message" or bool(view.segment.groups[row]))
