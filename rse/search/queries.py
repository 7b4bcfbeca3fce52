"""Reads of the search: the engine finds within the audience, each owner shows its rows after it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from rse.accounts.cards import Card, cards
from rse.core.feature import Hit
from rse.groups.models import Group
from rse.groups.queries import visible
from rse.search import experts
from rse.search.asking import TYPES, Asker, filters, query_of
from rse.search.engine import Found, Position, Results
from rse.search.experts import Expert
from rse.search.grammar import Parsed, parse
from rse.search.highlights import marked, snippet
from rse.search.schemas import ExpertsInput, SearchInput
from rse.search.topics import topic_of

FIRST_PEOPLE, FIRST_GROUPS, FIRST_EXPERTS = 3, 2, 3  # shown above the other results


@dataclass(frozen=True, slots=True)
class Item:
    """One result as it is shown."""

    type: str
    id: int
    title: str
    title_html: Markup
    snippet_html: Markup
    url: str
    at: datetime
    score: float
    subtitle: str = ""
    author: str = ""
    card: Card | None = None  # for people


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of results; counts are within the viewer's audience."""

    items: Sequence[Item] = ()
    total: int = 0
    facets: Mapping[str, Sequence[tuple[str, str, int]]] = field(default_factory=dict)  # value, label, count
    counts: Mapping[str, int] = field(default_factory=dict)  # per type
    after: Position | None = None
    loose: bool = False
    plain: str = ""  # the question without filters
    people: Sequence[Item] = ()  # shown first
    groups: Sequence[Item] = ()
    topic: str | None = None  # what a question about people is about


def search(
    asker: Asker, asked: SearchInput, after: Position | None = None, *, sections: bool = False
) -> Answer:
    """Answer a question, `after` a position for a further page.

    With `sections`, and unless a type is chosen, a few people and groups come apart, before the others.
    """
    parsed = parse(asked.q)
    topic = topic_of(parsed.plain)
    if topic:  # "who knows about X" looks for X
        parsed = replace(parse(topic), filters=parsed.filters, plain=parsed.plain)
        asked = asked.model_copy(update={"q": topic})
    query = query_of(asker, parsed, asked, after)
    if not parsed.plain and not filters(query):
        return Answer()
    apart = sections and not query.kinds
    first = {"person": FIRST_PEOPLE, "group": FIRST_GROUPS} if apart and after is None and parsed.asks else {}
    ahead = {
        kind: asker.backend.search(replace(query, kinds=TYPES[kind], limit=many, facets=False))
        for kind, many in first.items()
    }
    rest = frozenset({"post", "comment", "message", "file"}) if apart and parsed.asks else query.kinds
    results = asker.backend.search(replace(query, kinds=rest, facets=True))
    ahead = {kind: found for kind, found in ahead.items() if found.loose <= results.loose}
    every = [found for part in (*ahead.values(), results) for found in part.found]
    shown = _shown(asker, every, parsed)
    items = [shown[found.key] for found in results.found if found.key in shown]
    stale = len(results.found) - len(items)  # the index does not know yet that these are gone or private
    return Answer(
        items,
        results.total - stale,
        _labelled(asker, results),
        _counts(results),
        results.after,
        results.loose,
        parsed.plain,
        _section(ahead.get("person"), shown),
        _section(ahead.get("group"), shown),
        topic,
    )


def _section(results: Results | None, shown: Mapping[str, Item]) -> list[Item]:
    return [shown[found.key] for found in results.found if found.key in shown] if results else []


def _hits(asker: Asker, keys: Iterable[tuple[str, int]]) -> dict[str, Hit]:
    """Ask each owner to show its rows; what the viewer may not read is not among them."""
    wanted: dict[str, list[int]] = {}
    for kind, number in dict.fromkeys(keys):
        wanted.setdefault(kind, []).append(number)
    return {
        f"{kind}:{number}": hit
        for kind, ids in wanted.items()
        if kind in asker.sources
        for number, hit in asker.sources[kind].hits(asker.session, ids, asker.viewer).items()
    }


def _shown(asker: Asker, found: Sequence[Found], parsed: Parsed) -> dict[str, Item]:
    hits = _hits(asker, ((f.kind, f.id) for f in found))
    people = cards(asker.session, [f.id for f in found if f.kind == "person" and f.key in hits])
    items = {}
    for one in found:
        hit = hits.get(one.key)
        if hit is not None:
            card = people.get(one.id) if one.kind == "person" else None
            items[one.key] = _item(one, hit, parsed, card)
    return items


def _item(found: Found, hit: Hit, parsed: Parsed, card: Card | None) -> Item:
    return Item(
        found.kind, found.id, hit.title, marked(hit.title, parsed), snippet(hit.text, parsed), hit.url,
        hit.at, found.score, hit.subtitle, hit.author, card,
    )  # fmt: skip


def _counts(results: Results) -> dict[str, int]:
    by_kind: dict[Any, int] = dict(results.facets.get("kind", ()))
    return {name: sum(by_kind.get(kind, 0) for kind in kinds) for name, kinds in TYPES.items()}


def _labelled(asker: Asker, results: Results) -> dict[str, list[tuple[str, str, int]]]:
    """Name the values of the facets for the viewer: (value in a question, label, count)."""
    facets: dict[str, list[tuple[str, str, int]]] = {}
    for name in ("tag", "post_kind", "department", "site"):
        facets[name] = [(value, value, count) for value, count in results.facets.get(name, ())]
    groups = dict(results.facets.get("group", ()))
    if groups:
        query_ = select(Group.id, Group.slug, Group.name).where(Group.id.in_(groups), visible(asker.viewer))
        rows = {number: (slug, name) for number, slug, name in asker.session.execute(query_)}
        facets["group"] = [(*rows[number], count) for number, count in groups.items() if number in rows]
    authors = dict(results.facets.get("author", ()))
    if authors:
        people = cards(asker.session, authors)
        named = ((people[number], count) for number, count in authors.items() if number in people)
        facets["author"] = [(card.uid, card.display_name, count) for card, count in named]
    return {name: values for name, values in facets.items() if values}


def find_experts(asker: Asker, asked: ExpertsInput, now: datetime) -> list[Expert]:
    """Rank who knows about a subject, each with the reasons that the viewer may see."""
    parsed = parse(asked.q)
    if not parsed.asks:
        return []
    people = experts.candidates(asker, asked.q, now)
    order = experts.ranked(asker, people, parsed, asked.department, asked.site)[: asked.limit]
    texts = experts.best_texts(people[number] for number, _, _ in order)
    hits = _hits(asker, ((text.kind, text.id) for text in texts))
    shown = cards(asker.session, [number for number, _, _ in order])
    found = []
    for number, score, department in order:
        evidence = experts.reasons(people[number], shown[number].href, hits, asker.viewer.locale, parsed)
        if evidence:
            found.append(Expert(shown[number], score, evidence, department))
    return found
