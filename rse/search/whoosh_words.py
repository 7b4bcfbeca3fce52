"""What the Whoosh engine knows of its words and rows beside answering: other spellings, and states."""

from __future__ import annotations

from collections.abc import Sequence

from rse.search.engine import stamp
from rse.search.ranking import Snapshot
from rse.search.spelling import COUNTED, near


def spellings(
    snapshot: Snapshot, words: Sequence[str], audience: frozenset[str]
) -> dict[str, list[tuple[str, int]]]:
    """Give the words near these in what the audience may read, with in how many rows each stands."""
    audience, found = snapshot.heard(audience), {}
    for word in words:
        known = {other for view in snapshot.views for other in view.spelt(word)}
        pairs = [(other, _holding(snapshot, other, audience)) for other in [word, *near(word, known)]]
        found[word] = [(other, count) for other, count in pairs if count]
    return found


def _holding(snapshot: Snapshot, exact: str, audience: frozenset[str]) -> int:
    lists = (view.within(view.postings("exact", exact), audience) for view in snapshot.views)
    return min(sum(map(len, lists)), COUNTED)


def stamps(snapshot: Snapshot, kind: str) -> dict[int, int]:
    """Give the stamp of every row of a kind, by its id."""
    found = {}
    for view in snapshot.views:
        s = view.segment
        for row in view.rows(lambda one: one == kind).tolist():
            key, (tokens, _bar) = s.keys[row], s.sets[s.audience.codes[row]]
            audience = next(token for token in tokens if token != key or len(tokens) == 1)
            found[int(key.rpartition(":")[2])] = stamp(s.versions[row], audience)
    return found
