"""Filters and facet counts of results that the audience has already bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from rse.search.engine import FACET_VALUES, FACETS, SearchQuery
from rse.search.rows import Hits, Mask, Rows
from rse.search.segment import View

Matches = Sequence[tuple[View, Hits]]


def _checks(view: View, query: SearchQuery, rows: Rows) -> dict[str, Mask]:
    """Tell, for each filter that is set, under the facet it belongs to, which of some rows pass."""
    s = view.segment
    found: dict[str, Mask] = {}
    for name, column, wanted in (
        ("kind", s.kind, query.kinds),
        ("group", s.group, query.groups),
        ("author", s.author, query.authors),
        ("post_kind", s.post_kind, query.post_kinds),
    ):
        if wanted:
            found[name] = column.where(wanted.__contains__, rows)
    if query.tags:
        found["tag"] = s.tag.where(query.tags, rows, s.size)
    if query.marks:
        each = [s.mark.where({mark}, rows, s.size) for mark in query.marks]
        found["mark"] = np.logical_and.reduce(each)
    if query.department:
        below = query.department + " / "
        found["department"] = s.department.where(lambda path: (path + " / ").startswith(below), rows)
    if query.site:
        found["site"] = s.site.where(query.site.__eq__, rows)
    if query.since:
        found["since"] = s.times[rows] >= query.since.timestamp()
    if query.until:
        found["until"] = s.times[rows] < query.until.timestamp()
    return found


def filtered(
    matches: Matches, query: SearchQuery
) -> tuple[list[tuple[View, Hits]], dict[str, list[tuple[Any, int]]]]:
    """Apply the filters; count each facet over what passes all the others: a choice can be widened."""
    kept: list[tuple[View, Hits]] = []
    counts: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    for view, hits in matches:
        checks = _checks(view, query, hits.rows)
        failed = np.zeros(len(hits), np.int8)
        for passes in checks.values():
            failed += ~passes
        passed = hits.kept(failed == 0) if checks else hits
        kept.append((view, passed))
        for name in FACETS if query.facets else ():
            missed = hits.rows[~checks[name] & (failed == 1)] if name in checks else passed.rows[:0]
            _count(view, name, np.concatenate([passed.rows, missed]), counts[name])
    return kept, {name: count.most_common(FACET_VALUES) for name, count in counts.items() if count}


def _count(view: View, name: str, rows: Rows, into: Counter[Any]) -> None:
    """Count the values of rows in a facet."""
    s = view.segment
    if name in {"tag", "mark"}:
        (s.tag if name == "tag" else s.mark).count(rows, s.size, into)
        return
    columns = {
        "kind": s.kind, "group": s.group, "author": s.author, "post_kind": s.post_kind,
        "department": s.department, "site": s.site,
    }  # fmt: skip
    columns[name].count(rows, into)
