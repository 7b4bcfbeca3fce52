"""Weak signals: terms that many write about of late and few did before (INDICATORS section 5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from math import exp, fsum, lgamma, log, sqrt
from random import Random

from rse.indicators.engine.tokens import terms, tokens
from rse.indicators.engine.windows import Calendar, Windows

FORTNIGHT, BASELINE = 14, 84  # days
SHUFFLES = 19  # strict mode: the smallest of so many p of shuffled threads
Pair = tuple[str, str]  # (author, root)


@dataclass(frozen=True)
class Params:
    """The thresholds of the test."""

    k: int
    min_teams: int = 2
    min_roots: int = 3
    max_author_share: float = 0.5
    rr: float = 3.0
    q: float = 0.05


@dataclass(frozen=True, slots=True)
class Contribution:
    """A counted contribution in a space open to all; `team` is "-" without one."""

    at: datetime
    author: str
    team: str
    root: str
    text: str


@dataclass(frozen=True)
class Spans:
    """The fortnight [C, E) and the baseline [B, C) before it."""

    baseline: datetime
    fortnight: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the fortnight: pairs that have it now and before, and how widely it is spread."""

    term: str
    y1: int
    y2: int
    authors: int
    teams: int
    roots: int
    p: float
    most: int  # pairs of the author who has most
    pairs: AbstractSet[Pair] = field(repr=False, default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Signal:
    """A term that emerges; `z` orders nothing, it is for display."""

    term: Term
    z: float


@dataclass(frozen=True)
class Detection:
    """What one as-of day gives."""

    n1: int
    n2: int
    tests: int
    terms: Mapping[str, Term]
    emerging: Sequence[Signal]
    surfaces: Mapping[str, str]  # the commonest way to write a term


@dataclass
class Seen:
    """A contribution with its terms."""

    recent: bool
    pair: Pair
    team: str
    terms: Mapping[str, str]


def spans(calendar: Calendar, as_of: date) -> Spans:
    """Give the windows of an as-of day."""
    windows = Windows(calendar, as_of)
    return Spans(windows.start(FORTNIGHT + BASELINE), windows.start(FORTNIGHT), windows.end)


def read(contributions: Iterable[Contribution], when: Spans, dropped: AbstractSet[str]) -> Sequence[Seen]:
    """Take the terms of the contributions of both windows, for `detect` and `strict`: the costly part.

    `dropped` holds stop words and names of the directory, folded.
    """
    inside = (c for c in contributions if when.baseline <= c.at < when.end)
    return [
        Seen(c.at >= when.fortnight, (c.author, c.root), c.team, terms(tokens(c.text, dropped)))
        for c in inside
    ]


def strict(seen: Sequence[Seen], params: Params, seed: int) -> float:
    """Give the threshold of strict mode: the smallest p among 19 shufflings of the threads' dates.

    Threads stay whole: each gets the dates of another. Only terms whose p lies below are shown.
    """
    chance = Random(seed)
    wide = [_wide(term, ones) for term, ones in _holders(seen).items() if len(ones) >= params.k]
    recent: dict[str, bool] = {}
    for one in seen:
        recent[one.pair[1]] = recent.get(one.pair[1], False) or one.recent
    roots, pairs = sorted(recent), {one.pair for one in seen}
    flags = [recent[root] for root in roots]
    least = 1.0
    for _ in range(SHUFFLES):
        chance.shuffle(flags)
        least = min(least, _least(wide, dict(zip(roots, flags, strict=True)), pairs, params))
    return least


@dataclass(frozen=True, slots=True)
class _Wide:
    """A term of many contributions, with the number of its pairs in each thread."""

    term: str
    holders: Sequence[Seen]
    roots: Mapping[str, int]
    pairs: int


def _wide(term: str, holders: Sequence[Seen]) -> _Wide:
    roots = Counter(root for _author, root in {one.pair for one in holders})
    return _Wide(term, holders, roots, roots.total())


def _least(
    wide: Sequence[_Wide], recent: Mapping[str, bool], pairs: AbstractSet[Pair], params: Params
) -> float:
    """Give the smallest p of the candidates when these threads are the recent ones.

    Most terms are left out by their counts alone: those that do not rise, or rise less than one before.
    """
    n1 = sum(recent[root] for _, root in pairs)
    n2, least = len(pairs) - n1, 1.0
    for one in wide:
        y1 = sum(n for root, n in one.roots.items() if recent[root])
        rises = y1 >= params.k and y1 * n2 > (one.pairs - y1) * n1
        if rises and upper_tail(y1, one.pairs, n1, n2) < least:
            now = [holder for holder in one.holders if recent[holder.pair[1]]]
            before = (holder for holder in one.holders if not recent[holder.pair[1]])
            found = _term(one.term, now, before, n1, n2)
            if _candidate(found, params):
                least = found.p
    return least


def detect(seen: Sequence[Seen], params: Params) -> Detection:
    """Find the terms that emerge."""
    n1 = len({one.pair for one in seen if one.recent})
    n2 = len({one.pair for one in seen if not one.recent})
    now, before = _holders(one for one in seen if one.recent), _holders(one for one in seen if not one.recent)
    found = {term: _term(term, ones, before.get(term, ()), n1, n2) for term, ones in now.items()}
    candidates = sorted((t for t in found.values() if _candidate(t, params)), key=lambda t: (t.p, t.term))
    kept = [t for t in _discoveries(candidates, params.q) if _rises(t, n1, n2, params.rr)]
    told = [Signal(t, _z(t, n1, n2)) for t in kept if not _within(t, kept)]
    return Detection(n1, n2, len(candidates), found, told, _surfaces(seen, {t.term.term for t in told}))


def _holders(seen: Iterable[Seen]) -> dict[str, list[Seen]]:
    holders: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        for term in one.terms:
            holders[term].append(one)
    return holders


def _term(term: str, now: Sequence[Seen], before: Iterable[Seen], n1: int, n2: int) -> Term:
    pairs = frozenset(one.pair for one in now)
    y1, y2 = len(pairs), len({one.pair for one in before})
    authors = Counter(author for author, _ in pairs)
    return Term(
        term,
        y1,
        y2,
        authors=len(authors),
        teams=len({one.team for one in now} - {"-"}),
        roots=len({root for _, root in pairs}),
        p=upper_tail(y1, y1 + y2, n1, n2),
        most=max(authors.values()),
        pairs=pairs,
    )


def _candidate(term: Term, params: Params) -> bool:
    spread = term.teams >= params.min_teams and term.roots >= params.min_roots
    return term.authors >= params.k and spread and term.most <= params.max_author_share * term.y1


def _discoveries(candidates: Sequence[Term], q: float) -> Sequence[Term]:
    """Benjamini and Hochberg: everything up to the last p below its share of q."""
    m = len(candidates)
    last = max((n for n, term in enumerate(candidates, 1) if term.p <= q * n / m), default=0)
    return candidates[:last]


def _rises(term: Term, n1: int, n2: int, rr: float) -> bool:
    return (term.y1 + 0.5) / (n1 + 1) >= rr * (term.y2 + 0.5) / (n2 + 1)


def _within(term: Term, kept: Sequence[Term]) -> bool:
    """Tell whether a word is written only within a kept pair of words."""
    return " " not in term.term and any(
        " " in other.term and term.term in other.term.split(" ") and term.pairs == other.pairs
        for other in kept
    )


def upper_tail(y: int, n: int, n1: int, n2: int) -> float:
    """Give P(X >= y) for X binomial of n draws with chance n1/(n1+n2)."""
    if y <= 0 or n2 == 0:
        return 1.0
    yes, no = log(n1 / (n1 + n2)), log(n2 / (n1 + n2))
    whole = lgamma(n + 1)
    parts = (whole - lgamma(x + 1) - lgamma(n - x + 1) + x * yes + (n - x) * no for x in range(y, n + 1))
    return min(1.0, fsum(exp(part) for part in parts))


def _z(term: Term, n1: int, n2: int) -> float:
    """Give the log-odds with an informative Dirichlet prior (Monroe et al. 2008)."""
    a = n1 * (term.y1 + term.y2) / (n1 + n2)
    one, two = term.y1 + a, term.y2 + a
    rest_one, rest_two = 2 * n1 - term.y1 - a, n2 + n1 - term.y2 - a
    if min(rest_one, rest_two) <= 0:  # everybody has the term: there is nothing to compare with
        return 0.0
    return (log(one / rest_one) - log(two / rest_two)) / sqrt(1 / one + 1 / two)


def _surfaces(seen: Iterable[Seen], wanted: AbstractSet[str]) -> dict[str, str]:
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for one in seen:
        if one.recent:
            for term in wanted & one.terms.keys():
                written[term][one.terms[term]] += 1
    return {term: min((-n, form) for form, n in forms.items())[1] for term, forms in written.items()}
