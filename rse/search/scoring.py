"""How evidence about people becomes an order: pure functions, shared by the pages, the API and the benchmark.

A person's score for a question is
    0.5 sqrt(g1) + 0.5 g3 + 0.25 b + 0.25 r + 0.1 t + 0.25 sqrt(a)  +  1.0 d + 0.4 e + 0.3 k
where each of the first six is divided by the largest of anybody for this question, and
    g1, g3  answers in the asked group, each worth 1 / (1 + age / 1 day) and 1 / (1 + age / 3 days)
    b       BM25 of the best 100 answers together with what they answer, halved every 180 days
    r       the same answers, each worth 1 / (rank + 3)
    t       the share of the question's words in the title and tags above them
    a       earlier answers to this asker, halved every 60 days
    d, e, k what is declared, confirmed by colleagues, and thanked for: 0 to 1, see `rse.search.declared`.
It began as the formula of a study of five communities, where g was halved every 14 days; an age in the
denominator forgets as people's memory does (J. R. Anderson and L. J. Schooler, Reflections of the environment
in memory, 1991) and is better on each community that was measured: docs/adr/0022-ranking-experts.md.
Times and ages are in seconds. A person may be any hashable value.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)

DAY = 86_400.0
WORDS = 30  # of a question: the rarest
TEXTS = 100  # answers with what they answer
RECENT = 2_000  # answers in the asked group: the newest
VOTES_HALVED, HELP_HALVED = 180 * DAY, 60 * DAY
WEIGHTS = {
    "lately": 0.5,
    "group": 0.5,
    "votes": 0.25,
    "ranks": 0.25,
    "titles": 0.1,
    "helped": 0.25,
    "declared": 1.0,
    "endorsed": 0.4,
    "thanked": 0.3,
}
ROOTED = frozenset({"lately", "helped"})  # a few count much, many not much more
RELATIVE = ("lately", "group", "votes", "ranks", "titles", "helped")


@dataclass(frozen=True, slots=True)
class Reply(Generic[P]):
    """One text that speaks for a person; `root` is what it answers. `worth` is less than 1 for mere posts."""

    person: P
    at: float
    key: Hashable
    root: Hashable
    worth: float = 1.0


@dataclass(slots=True)
class Evidence(Generic[P]):
    """All that may be said for people about one question, of what the asker may read.

    `scores` has BM25 by key of a text, of those that answer and of those that are answered; `titles` the
    share of the question's words in the title and tags of a root. `recent` has who answered in the asked
    group, when, and how much that group counts; `helped` who answered the asker, and when.
    """

    now: float
    scores: Mapping[Hashable, float] = field(default_factory=dict)
    replies: Sequence[Reply[P]] = ()
    titles: Mapping[Hashable, float] = field(default_factory=dict)
    recent: Iterable[tuple[P, float, float]] = ()
    helped: Iterable[tuple[P, float]] = ()
    declared: Mapping[P, float] = field(default_factory=dict)
    endorsed: Mapping[P, float] = field(default_factory=dict)
    thanked: Mapping[P, float] = field(default_factory=dict)


Terms = dict[str, dict[P, float]]


def rarest(words: Iterable[str], frequency: Callable[[str], int], most: int = WORDS) -> list[str]:
    """Give the words of a question that say most: the rarest ones that occur at all."""
    known = {word: found for word in dict.fromkeys(words) if (found := frequency(word))}
    return sorted(known, key=lambda word: (known[word], word))[:most]


def shared(question: frozenset[str], title: Iterable[str]) -> float:
    """Give how much of a question a title and tags hold: more for a short title that holds it."""
    words = set(title)
    return len(question & words) / math.sqrt(len(words)) if words else 0.0


def halved(age: float, time: float) -> float:
    """Give what is left after an age of something that is halved every `time`."""
    return math.exp2(-max(0.0, age) / time)


def remembered(age: float, time: float) -> float:
    """Give what is left after an age of something that fades fast first, then ever more slowly."""
    return 1 / (1 + max(0.0, age) / time)


def best(evidence: Evidence[P]) -> list[tuple[float, Reply[P]]]:
    """Give the best texts with their scores: what is said in the answer and in what it answers."""
    scores = evidence.scores
    scored = [
        (r.worth * (scores.get(r.key, 0.0) + (scores.get(r.root, 0.0) if r.root != r.key else 0.0)), r)
        for r in evidence.replies
    ]
    told = sorted(
        (one for one in scored if one[0] > 0), key=lambda one: (-one[0], -one[1].at, str(one[1].key))
    )
    return told[:TEXTS]


def terms(evidence: Evidence[P]) -> Terms[P]:
    """Give each part of the score by person, those that are relative divided by the largest."""
    found: Terms[P] = {name: defaultdict(float) for name in WEIGHTS}
    now = evidence.now
    for person, at, share in evidence.recent:
        found["lately"][person] += share * remembered(now - at, DAY)
        found["group"][person] += share * remembered(now - at, 3 * DAY)
    for rank, (score, reply) in enumerate(best(evidence)):
        left = halved(now - reply.at, VOTES_HALVED)
        found["votes"][reply.person] += score * left
        found["ranks"][reply.person] += left * reply.worth / (rank + 3)
        found["titles"][reply.person] += evidence.titles.get(reply.root, 0.0) * left
    for person, at in evidence.helped:
        found["helped"][person] += halved(now - at, HELP_HALVED)
    for name in RELATIVE:
        found[name] = _divided(found[name])
    found |= {
        "declared": dict(evidence.declared),
        "endorsed": dict(evidence.endorsed),
        "thanked": dict(evidence.thanked),
    }
    return found


def _divided(values: Mapping[P, float]) -> dict[P, float]:
    largest = max(values.values(), default=0.0)
    return {person: value / largest for person, value in values.items() if value > 0} if largest else {}


def scores(evidence: Evidence[P], about: float = 1.0) -> dict[P, float]:
    """Give the score of everybody for whom something speaks.

    `about` is how much being active in the group counts: 1 for a question that is asked there, less for a
    subject, where the group is only the one in which it is mostly spoken about.
    """
    total: dict[P, float] = defaultdict(float)
    for name, values in terms(evidence).items():
        weight = WEIGHTS[name] * (about if name in {"lately", "group"} else 1.0)
        for person, value in values.items():
            total[person] += weight * (math.sqrt(value) if name in ROOTED else value)
    return dict(total)
