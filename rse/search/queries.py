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
from rse.search.asking import TYPES, Asker, filters, query_of
from rse.search.engine import Found, Position, Results, SearchQuery, breathe
from rse.search.experts import Expert, Ranking, Showing, best_texts, places, rank, reasons
from rse.search.grammar import Parsed, parse, widen
from rse.search.highlights import Marker
from rse.search.known import before, by_name
from rse.search.meaning import Correction, corrections, meant
from rse.search.schemas import ExpertsInput, SearchInput
from rse.search.synonyms import wider
from rse.search.topics import topic_of

FIRST_EXPERTS, FIRST_GROUPS = 3, 2  # shown above the other results
FIRST = {"person": 3, "group": FIRST_GROUPS}
REST = frozenset({"post", "comment", "message", "file", "page"})


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
    root: str = ""  # the discussion that it stands in


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
    experts: Sequence[Expert] = ()
    did_you_mean: str | None = None  # the question with other spellings, of texts that are shown
    bounded: bool = False  # more may answer: the newest were looked at, and counted


def search(
    asker: Asker, asked: SearchInput, after: Position | None = None, *, sections: bool = False
) -> Answer:
    """Answer a question, `after` a position for a further page.

    With `sections`, and unless a type is chosen, a few people and groups come apart, before the others; those
    who know about it, where that is the question.
    """
    parsed, topic = _understood(parse(asked.q))
    if topic:
        asked = asked.model_copy(update={"q": topic})
    query = query_of(asker, parsed, asked, after)
    if not parsed.plain and not filters(query):
        return Answer()
    breathe()
    query = replace(query, also=wider(asker.session, parsed))
    apart = sections and not query.kinds and parsed.asks
    wanted = replace(query, kinds=REST if apart else query.kinds, facets=True)
    results = asker.backend.search(wanted)
    near = corrections(asker, parsed, results, query.also) if parsed.asks else []
    if near:
        also = query.also + tuple(one.wider for one in near)
        query, results = replace(query, also=also), asker.backend.search(replace(wanted, also=also))
    parsed = widen(parsed, query.also)
    experts = (
        rank(asker, parsed, ExpertsInput(q=topic, limit=FIRST_EXPERTS))
        if apart and topic and not after
        else None
    )
    first = {} if after or not apart else {"group": FIRST_GROUPS} if experts else FIRST
    ahead = {kind: asker.backend.search(_only(query, TYPES[kind], many)) for kind, many in first.items()}
    people = by_name(asker, parsed, query)
    if apart and people.found:
        ahead["person"] = people
    else:
        results = before(people, results)
    return _answer(asker, parsed, results, topic=topic, ahead=ahead, experts=experts, near=near)


def _understood(parsed: Parsed) -> tuple[Parsed, str | None]:
    """Look for X where the question is "who knows about X"; give X then."""
    topic = topic_of(parsed.plain)
    if topic is None:
        return parsed, None
    return replace(parse(topic), filters=parsed.filters, plain=parsed.plain), topic


def _only(query: SearchQuery, kinds: frozenset[str], limit: int) -> SearchQuery:
    return replace(query, kinds=kinds, limit=limit, facets=False)


def _answer(
    asker: Asker,
    parsed: Parsed,
    results: Results,
    *,
    topic: str | None,
    ahead: Mapping[str, Results],
    experts: Ranking | None,
    near: Sequence[Correction],
) -> Answer:
    """Show what was found: one look at each owner's rows, one at the cards of people."""
    # who holds some word of a sentence is not meant by it, unless there is nothing else
    ahead = {kind: found for kind, found in ahead.items() if not (found.loose and results.total)}
    every = [found for part in (*ahead.values(), results) for found in part.found]
    texts = best_texts(experts.people.values()) if experts else []
    hits = hits_of(asker, ((found.kind, found.id) for found in (*every, *texts)))
    breathe()
    authors = [number for number, _ in results.facets.get("author", ())]
    named = [found.id for found in every if found.kind == "person" and found.key in hits]
    people = cards(asker.session, {*authors, *named, *(experts.ids if experts else ())})
    known = {*(number for number, _ in results.facets.get("group", ()))}
    groups = _groups(asker, known | (places(experts.people.values()) if experts else set()))
    marker = Marker(parsed)
    shown = {
        found.key: item(
            found, hits[found.key], marker, people.get(found.id) if found.kind == "person" else None
        )
        for found in every
        if found.key in hits
    }
    breathe()
    items = [shown[found.key] for found in results.found if found.key in shown]
    stale = len(results.found) - len(items)  # the index does not know yet that these are gone or private
    return Answer(
        items,
        results.total - stale,
        _labelled(results, people, groups),
        _counts(results),
        results.after,
        results.loose,
        parsed.plain,
        _section(ahead.get("person"), shown),
        _section(ahead.get("group"), shown),
        topic,
        _explained(experts, Showing(hits, groups, asker.viewer.locale), people) if experts else (),
        meant(parsed.plain, near, (f"{hit.title} {hit.text}" for hit in hits.values())),
        results.bounded,
    )


def _section(results: Results | None, shown: Mapping[str, Item]) -> list[Item]:
    return [shown[found.key] for found in results.found if found.key in shown] if results else []


def hits_of(asker: Asker, keys: Iterable[tuple[str, int]]) -> dict[str, Hit]:
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


def item(found: Found, hit: Hit, marker: Marker, card: Card | None) -> Item:
    """Show one thing that was found, with the words of the question marked."""
    return Item(
        found.kind, found.id, hit.title, marker.whole(hit.title), marker.snippet(hit.text), hit.url,
        hit.at, found.score, hit.subtitle, hit.author, card,
        found.root if found.kind == "comment" else found.key,
    )  # fmt: skip


def by_discussion(items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
    """Give what is found with what else of the same discussion is on this page, at the place of the first."""
    folded: dict[str, tuple[Item, list[Item]]] = {}
    for one in items:
        if one.root in folded:
            folded[one.root][1].append(one)
        else:
            folded[one.root] = (one, [])
    return list(folded.values())


def _counts(results: Results) -> dict[str, int]:
    by_kind: dict[Any, int] = dict(results.facets.get("kind", ()))
    return {name: sum(by_kind.get(kind, 0) for kind in kinds) for name, kinds in TYPES.items()}


def _labelled(
    results: Results, people: Mapping[int, Card], known: Mapping[int | None, tuple[str, str]]
) -> dict[str, list[tuple[str, str, int]]]:
    """Name the values of the facets for the viewer: (value in a question, label, count)."""
    facets: dict[str, list[tuple[str, str, int]]] = {}
    for name in ("tag", "post_kind", "mark", "department", "site"):
        facets[name] = [(value, value, count) for value, count in results.facets.get(name, ())]
    groups = dict(results.facets.get("group", ()))
    if groups:
        facets["group"] = [(*known[number], count) for number, count in groups.items() if number in known]
    authors = dict(results.facets.get("author", ()))
    if authors:
        named = ((people[number], count) for number, count in authors.items() if number in people)
        facets["author"] = [(card.uid, card.display_name, count) for card, count in named]
    return {name: values for name, values in facets.items() if values}


def _explained(ranking: Ranking, showing: Showing, people: Mapping[int, Card]) -> list[Expert]:
    """Give the people of a ranking with the reasons that the viewer may see; nobody without a reason."""
    found = []
    for number, score in ranking.order:
        one, card = ranking.people[number], people[number]
        evidence = reasons(one, card, showing, ranking.parsed)
        if evidence:
            found.append(Expert(card, score, evidence, one.known.department, one.known))
    return found


def _groups(asker: Asker, ids: Iterable[int]) -> dict[int | None, tuple[str, str]]:
    """Give address and name of the groups that the viewer may know."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = select(Group.id, Group.slug, Group.name).where(Group.id.in_(wanted), visible(asker.viewer))
    return {number: (slug, name) for number, slug, name in asker.session.execute(query)}


def find_experts(
    asker: Asker, asked: ExpertsInput, place: int | None = None, *, asked_there: bool = False
) -> list[Expert]:
    """Rank who knows about a subject, each with the reasons that the viewer may see.

    Where a question is `asked_there`, in the group `place` or in the company's own feed, those who answer
    there lately count fully.
    """
    parsed = parse(asked.q)
    if not parsed.asks:
        return []
    ranking = rank(asker, parsed, asked, place, asked_there=asked_there)
    texts = best_texts(ranking.people.values())
    hits = hits_of(asker, ((text.kind, text.id) for text in texts))
    if not ranking.ids:
        return []
    groups = _groups(asker, places(ranking.people.values()))
    return _explained(ranking, Showing(hits, groups, asker.viewer.locale), cards(asker.session, ranking.ids))
