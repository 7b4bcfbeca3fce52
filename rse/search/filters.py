"""Filters and facet counts of results that the audience has already bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from rse.search.engine import FACET_VALUES, FACETS, SearchQuery
from rse.search.segment import Scores, View

Check = Callable[[int], bool]


def _checks(view: View, query: SearchQuery) -> list[tuple[str, Check]]:
    """Give the filters that are set, each under the facet that it belongs to."""
    s = view.segment
    since = query.since.timestamp() if query.since else None
    until = query.until.timestamp() if query.until else None
    below = query.department + " / "
    possible: list[tuple[str, object, Check]] = [
        ("kind", query.kinds, lambda row: s.kinds[row] in query.kinds),
        ("group", query.groups, lambda row: s.groups[row] in query.groups),
        ("author", query.authors, lambda row: s.authors[row] in query.authors),
        ("tag", query.tags, lambda row: not query.tags.isdisjoint(s.tags[row])),
        ("post_kind", query.post_kinds, lambda row: s.post_kinds[row] in query.post_kinds),
        ("mark", query.marks, lambda row: query.marks <= set(s.marks[row])),
        ("department", query.department, lambda row: (s.departments[row] + " / ").startswith(below)),
        ("site", query.site, lambda row: s.sites[row] == query.site),
        ("since", since is not None, lambda row: s.times[row] >= (since or 0)),
        ("until", until is not None, lambda row: s.times[row] < (until or 0)),
    ]
    return [(name, check) for name, wanted, check in possible if wanted]


def filtered(
    matches: Sequence[tuple[View, Scores]], query: SearchQuery
) -> tuple[list[tuple[View, Scores]], dict[str, list[tuple[Any, int]]]]:
    """Apply the filters; count each facet over what passes all the others: a choice can be widened."""
    kept: list[tuple[View, Scores]] = []
    counts: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    for view, rows in matches:
        checks = _checks(view, query)
        passed, missed = _pass(rows, checks)
        kept.append((view, passed))
        if query.facets:
            for name in FACETS:
                counts[name].update(_values(view, name, passed))
                counts[name].update(_values(view, name, missed.get(name, ())))
    return kept, {name: count.most_common(FACET_VALUES) for name, count in counts.items() if count}


def _pass(rows: Scores, checks: Sequence[tuple[str, Check]]) -> tuple[Scores, dict[str, list[int]]]:
    """Give the rows that pass every check, and those that fail exactly one, under its name."""
    if not checks:
        return rows, {}
    if len(checks) == 1:
        name, check = checks[0]
        passed = {row: score for row, score in rows.items() if check(row)}
        return passed, {name: [row for row in rows if row not in passed]}
    passed, missed = {}, dict[str, list[int]]()
    for row, score in rows.items():
        failed = [name for name, check in checks if not check(row)]
        if not failed:
            passed[row] = score
        elif len(failed) == 1:
            missed.setdefault(failed[0], []).append(row)
    return passed, missed


def _values(view: View, name: str, rows: Iterable[int]) -> Iterator[Any]:
    """Give the values of rows in a facet; what is empty is no value."""
    s = view.segment
    if name in {"tag", "mark"}:
        return chain.from_iterable(map((s.tags if name == "tag" else s.marks).__getitem__, rows))
    columns: dict[str, Sequence[Any]] = {
        "kind": s.kinds,
        "group": s.groups,
        "author": s.authors,
        "post_kind": s.post_kinds,
        "department": s.departments,
        "site": s.sites,
    }
    return filter(None, map(columns[name].__getitem__, rows))
