"""People for guests: found by their names alone, as the directory finds them.

The index also finds people by what a guest does not read of them (skills, department, what they say of
themselves): that something is found would tell it. So a guest's question to the index names nobody.
"""

from __future__ import annotations

from dataclasses import replace

from rse.core.audience import Viewer
from rse.people.listing import Directory, Wanted
from rse.search.asking import TYPES, Asker, filters
from rse.search.engine import Found, Results, SearchQuery
from rse.search.grammar import Parsed


def of_texts(tokens: frozenset[str], viewer: Viewer) -> frozenset[str]:
    """Give the tokens that a viewer asks the index with: a guest's without those that name people."""
    if viewer.is_employee:
        return tokens
    return frozenset(token for token in tokens if not token.startswith("person:"))


def by_name(asker: Asker, parsed: Parsed, query: SearchQuery) -> Results:
    """Give a guest the people whom a question names; nobody to employees: they ask the index."""
    wrong_kind = query.kinds and not query.kinds & TYPES["person"]
    other_filters = filters(replace(query, site=""))
    if asker.viewer.is_employee or query.after or wrong_kind or other_filters or not parsed.words:
        return Results()
    directory = Directory(asker.session, asker.viewer, Wanted(q=parsed.plain, site=query.site))
    known = [card for card, _sort in directory.people(None, query.limit)][: query.limit]
    found = [Found(f"person:{card.id}", "person", 1.0, 0, card.id, None, "", "", False) for card in known]
    return Results(found, len(found), {"kind": [("person", len(found))]})


def before(people: Results, results: Results) -> Results:
    """Put people before what else was found."""
    if not people.found:
        return results
    facets = {**results.facets, "kind": [*results.facets.get("kind", ()), *people.facets["kind"]]}
    found = [*people.found, *results.found]
    return replace(results, found=found, total=results.total + people.total, facets=facets)
