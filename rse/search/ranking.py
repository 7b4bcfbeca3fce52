"""Answers over the segments of one commit: who may read first, then filters, scores, facets, pages."""

from __future__ import annotations

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from operator import itemgetter

import numpy as np

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
from rse.search.rows import Hits, Mask, Rows, Weights, in_all, leading, level, marked
from rse.search.segment import View

FRESH_SHARE = 0.3  # of a score
FRESH_HALF_LIFE = 120 * 86_400  # seconds
RECENT = 24  # questions whose rows are kept
MOST = 0.4  # of the rarity of the words asked for: of two about as rare, either
NEARLY = 0.5  # the same, where all the words do not fill a first page: what holds half stands below
FEW, SENTENCE = 10, 3  # hits; words
ROUNDING = 1e-9  # a half of equal parts is a half, in whatever order they were added
TIMELESS = {"person", "group"}
EVIDENCE = {"post", "comment", "message"}

Matches = Sequence[tuple[View, Hits]]
Placed = tuple[Position, View, int]


def nearly(parsed: Parsed, results: Results, query: SearchQuery) -> bool:
    """Tell whether what holds nearly all the words is shown too, below what holds all of them."""
    few = 0 < results.total < FEW and len(parsed.words) >= SENTENCE
    return few and not parsed.phrases and query.sort != "date"


class Snapshot:
    """The index as one commit left it."""

    def __init__(self, generation: int, views: Sequence[View]) -> None:
        self.generation = generation
        self.views = views
        self.bars = frozenset().union(*(view.segment.bars for view in views))
        self.recent: dict[tuple[str, tuple[Wider, ...], frozenset[str], float | None], Matches] = {}

    def heard(self, audience: frozenset[str]) -> frozenset[str]:
        """Leave out the marks of groups of which the index holds nothing for everyone: nearly all."""
        return frozenset(token for token in audience if not token.startswith("-") or token in self.bars)

    # Which rows, and how well: of what the audience may read only, the rarity of words too

    def _weighed(self, words: Iterable[Word], audience: frozenset[str]) -> list[tuple[float, list[Hits]]]:
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
            lists = [lists[number] for _, lists in weighed]
            hits = in_all(lists, [idf for idf, _ in weighed], view.segment.size)
            for phrase in parsed.phrases:
                hits = hits.kept(marked(view.phrase(phrase), view.segment.size)[hits.rows])
            result.append((view, hits.kept(~self._unwanted(view, parsed, audience, hits.rows))))
        return result

    def _any_of(self, parsed: Parsed, audience: frozenset[str], share: float = 0.0) -> Matches:
        """Give, per segment, the rows that hold a share of the words, by rarity; holding more counts more."""
        weighed = self._weighed(parsed.words, audience)
        total = sum(idf for idf, _ in weighed) or 1.0
        least = share * total * (1 - ROUNDING)
        result = []
        for number, view in enumerate(self.views):
            scores, held = np.zeros(view.segment.size), np.zeros(view.segment.size)
            for idf, lists in weighed:
                scores[lists[number].rows] += idf * lists[number].weights
                held[lists[number].rows] += idf
            rows = np.flatnonzero((held > 0) & (held >= least)).astype(np.int32)
            hits = Hits(rows, scores[rows] * (held[rows] / total) ** 2)
            result.append((view, hits.kept(~self._unwanted(view, parsed, audience, rows))))
        return result

    @staticmethod
    def _unwanted(view: View, parsed: Parsed, audience: frozenset[str], among: Rows) -> Mask:
        """Tell which of some rows hold what the question says they must not."""
        lists = [view.rows_of(word, audience).rows for word in parsed.without]
        lists += [view.phrase(phrase) for phrase in parsed.without_phrases]
        if not lists:
            return np.zeros(len(among), np.bool_)
        return marked(np.concatenate(lists), view.segment.size)[among]

    def _everything(self, audience: frozenset[str]) -> Matches:
        """Give all that the audience may read."""
        every = [(view, np.arange(view.segment.size, dtype=np.int32)) for view in self.views]
        return [(view, level(rows[view.open_to(rows, audience)], 1.0)) for view, rows in every]

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
            rows = [] if empty else self._everything(query.audience)
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
        matches: Matches,
        query: SearchQuery,
        *,
        loose: bool = False,
        worded: bool = True,
    ) -> Results:
        kept, facets = filtered(matches, query)
        limit = min(query.limit, MAX_LIMIT)
        by_score = worded and query.sort != "date"
        best = _best(kept, limit + 1, _fresh(time.time()) if by_score else _alike, query.after)
        after = best[limit - 1][0] if len(best) > limit else None
        total = sum(len(hits) for _, hits in kept)
        return Results([_found(*item) for item in best[:limit]], total, facets, after, loose and bool(total))

    def evidence(self, terms: str, audience: frozenset[str], k: int) -> list[Found]:
        """Give the best rows that say something about the terms; private conversations say nothing."""
        parsed, audience = Parsed(words=words_of(terms)), self.heard(audience)
        if not audience or not parsed.words:
            return []
        speaking = [
            (view, hits.kept(_speak(view, hits.rows))) for view, hits in self._any_of(parsed, audience)
        ]
        return [_found(*item) for item in _best(speaking, k, _as_scored)]

    def suggest(self, prefix: str, audience: frozenset[str], limit: int) -> list[Suggestion]:
        """Complete the last word from the names and tags that the audience may read."""
        *before, last = prefix.split() or [""]
        words = words_of(" ".join(before)) if before else []
        parsed = parse(last.rstrip("*") + "*")
        asked, audience = Parsed(words=[*words, *parsed.words]), self.heard(audience)
        if not audience or not asked.words:
            return []
        named = [
            (view, hits.kept(view.segment.kind.where(TIMELESS.__contains__, hits.rows)))
            for view, hits in self._all_of(asked, audience)
        ]
        found = []
        for _, view, row in _best(named, limit, _as_scored):
            found.append(Suggestion(view.segment.kind.at(row), view.segment.keys[row]))
        return (found + [Suggestion("tag", tag) for tag in self._tags(last, audience)])[:limit]

    def _tags(self, prefix: str, audience: frozenset[str]) -> list[str]:
        """Give the most used tags with a beginning, counted over what the audience may read."""
        wanted, counts = prefix.lower().lstrip("#"), Counter[str]()
        for view in self.views:
            tags = view.segment.tag
            rows = np.unique(tags.rows[tags.table(lambda tag: tag.startswith(wanted))[tags.codes]])
            tags.count(rows[view.open_to(rows, audience)], view.segment.size, counts)
        begun = (tag for tag in counts if tag.startswith(wanted))
        return sorted(begun, key=lambda tag: (-counts[tag], tag))[:5]


Worth = Callable[[View, Hits], Weights]


def _fresh(now: float) -> Worth:
    """Weigh by score, of which a share halves with age; names do not age."""

    def worth(view: View, hits: Hits) -> Weights:
        ages = np.maximum(0.0, now - view.segment.times[hits.rows])
        ages[view.segment.kind.where(TIMELESS.__contains__, hits.rows)] = 0.0
        aged: Weights = hits.weights * (1 - FRESH_SHARE + FRESH_SHARE * 0.5 ** (ages / FRESH_HALF_LIFE))
        return aged

    return worth


def _as_scored(_view: View, hits: Hits) -> Weights:
    return hits.weights


def _alike(_view: View, hits: Hits) -> Weights:
    """Weigh all the same: by date."""
    return np.zeros(len(hits))


def _best(matches: Matches, many: int, worth: Worth, after: Position | None = None) -> list[Placed]:
    """Give the first rows after a position, by what they are worth, then the newest, then by key."""
    found: list[Placed] = []
    for view, every in matches:
        times, keys = view.segment.times, view.segment.keys
        hits, weights = every, np.round(worth(view, every), 6)
        if after is not None:
            later = _after(view, every.rows, weights, after)
            hits, weights = every.kept(later), weights[later]
        for at in leading(weights, times[hits.rows], many).tolist():
            row = int(hits.rows[at])
            found.append(((float(weights[at]), int(times[row]), keys[row]), view, row))
    return heapq.nlargest(many, found, key=itemgetter(0))


def _after(view: View, rows: Rows, weights: Weights, position: Position) -> Mask:
    """Tell which rows come after a position in the order."""
    score, second, key = position
    times = view.segment.times[rows]
    equal = weights == score
    later: Mask = (weights < score) | (equal & (times < second))
    for at in np.flatnonzero(equal & (times == second)).tolist():
        later[at] = view.segment.keys[rows[at]] < key
    return later


def _found(position: Position, view: View, row: int) -> Found:
    s = view.segment
    return Found(
        s.keys[row],
        s.kind.at(row),
        position[0],
        position[1],
        s.author.at(row) or None,
        s.group.at(row) or None,
        s.roots[row],
        s.post_kind.at(row),
        bool(s.accepted[row]),
    )


def _speak(view: View, rows: Rows) -> Mask:
    """Tell which rows can be evidence: a message of a group can, one between two people cannot."""
    kind, group = view.segment.kind, view.segment.group
    said = kind.where(EVIDENCE.__contains__, rows)
    return said & (kind.where("message".__ne__, rows) | group.where(bool, rows))
