"""From what a person asks, with its filters in words, to a question that an engine answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.names import fold, folded_name
from rse.core.audience import Viewer, readable_people
from rse.core.feature import IndexSource
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid
from rse.groups.models import Group
from rse.groups.queries import visible
from rse.search.days import span
from rse.search.engine import Position, SearchBackend, SearchQuery, closed_mark
from rse.search.grammar import Parsed
from rse.search.schemas import SearchInput

TYPES = {
    "post": frozenset({"post", "comment"}),
    "comment": frozenset({"comment"}),
    "person": frozenset({"person"}),
    "group": frozenset({"group"}),
    "message": frozenset({"message"}),
    "file": frozenset({"file"}),
    "page": frozenset({"page"}),
}
FIELD = {"post_kind": "kind"}  # what a facet is called in a question, where that differs
WORDS_OF_NAME = 8
NOBODY = frozenset({-1})  # a filter that names nobody finds nothing


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: `tokens` are the viewer's with those of their conversations."""

    session: Session
    viewer: Viewer
    backend: SearchBackend
    sources: Mapping[str, IndexSource]
    tokens: frozenset[str]


def closed_marks(session: Session, viewer: Viewer) -> frozenset[str]:
    """Give the marks of the groups that are closed to a viewer now, whatever the index still says of them."""
    if not viewer.is_employee:  # only what stands there for everyone can have been closed
        return frozenset()
    closed = select(Group.id, Group.audience).where(Group.posts_audience.not_in(sorted(viewer.tokens)))
    rows = session.execute(closed).all()
    unknown = {closed_mark(number, "group") for number, audience in rows if not viewer.holds(audience)}
    return frozenset({closed_mark(number, "post") for number, _audience in rows} | unknown)


def filters(query: SearchQuery) -> bool:
    """Tell whether a question has filters."""
    sets = (query.groups, query.authors, query.tags, query.post_kinds, query.marks)
    return any((*sets, query.department, query.site, query.since, query.until))


def query_of(asker: Asker, parsed: Parsed, asked: SearchInput, after: Position | None) -> SearchQuery:
    """Read filters from the fields and from the text; names become ids of what the viewer may know of.

    Raises Invalid(q=...) when a date in the text is none.
    """
    session, viewer = asker.session, asker.viewer

    def values(name: str, given: str = "") -> list[str]:
        return [value for value in (*parsed.filters.get(name, ()), given) if value]

    kinds = [asked.type, *values("type")]
    post_kinds = values("kind", asked.kind)
    kinds += [kind for kind in post_kinds if kind in TYPES and kind != "message"]
    post_kinds = [kind for kind in post_kinds if kind not in kinds]
    chosen = [TYPES.get(kind, frozenset({"nothing"})) for kind in kinds if kind]
    tags = values("tag", asked.tag)
    since, until = _dates(parsed, asked, ZoneInfo(viewer.timezone))
    return SearchQuery(
        asked.q,
        asker.tokens,
        kinds=frozenset().union(*chosen),
        groups=named_groups(session, viewer, values("group", asked.group)),
        authors=_authors(session, viewer, values("author", asked.author)),
        tags=frozenset(tag.lower().lstrip("#") for tag in tags),
        post_kinds=frozenset(kind.lower() for kind in post_kinds),
        marks=frozenset(mark.lower() for mark in (*values("has"), *values("is", asked.mark))),
        department=next(iter(values("department", asked.department)), ""),
        site=next(iter(values("site", asked.site)), ""),
        since=since,
        until=until,
        sort=asked.sort,
        after=after,
        limit=asked.limit,
    )


def _dates(parsed: Parsed, asked: SearchInput, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Give the times between which it must be, the narrowest of what is asked; the last day counts whole."""
    first = [asked.from_] if asked.from_ else []
    after = [asked.to + timedelta(days=1)] if asked.to else []
    first += [_typed(value)[0] for value in parsed.filters.get("from", ())]
    after += [_typed(value)[1] for value in parsed.filters.get("to", ())]
    return (
        datetime.combine(max(first), time.min, zone) if first else None,
        datetime.combine(min(after), time.min, zone) if after else None,
    )


def _typed(text: str) -> tuple[date, date]:
    try:
        return span(text)
    except ValueError:
        example = "from:2024-03-15, from:2024-03, to:2024"
        said = _(
            "“%(text)s” is not a date. Write a day, a month or a year: %(example)s.",
            text=text,
            example=example,
        )
        raise Invalid(q=said) from None


def named_groups(session: Session, viewer: Viewer, names: Sequence[str]) -> frozenset[int]:
    """Give the groups of these names or addresses that the viewer may know; NOBODY where there is none."""
    if not names:
        return frozenset()
    folded = [folded_name(name) for name in names]
    named = or_(Group.slug.in_([*names, *folded]), Group.folded.in_(folded))
    return frozenset(session.scalars(select(Group.id).where(named, visible(viewer)))) or NOBODY


def _authors(session: Session, viewer: Viewer, names: Sequence[str]) -> frozenset[int]:
    if not names:
        return frozenset()
    low = [name.lower().lstrip("@") for name in names]
    low += [fold(name) for name in low]
    named = or_(
        Person.uid.in_(low),
        func.lower(Person.display_name).in_(low),
        Person.sort_name.in_([turned for name in names for turned in _turned(name)]),
        Person.id.in_(_ids(names)),
    )
    mine = readable_people(Person.audience, Person.id, viewer)
    return frozenset(session.scalars(select(Person.id).where(named, mine))) or NOBODY


def _turned(name: str) -> list[str]:
    """Give a folded name beginning with each of its words: people are sorted by their family names."""
    words = fold(name.lstrip("@")).split()[:WORDS_OF_NAME]
    return [" ".join(words[start:] + words[:start]) for start in range(len(words))]


def _ids(names: Iterable[str]) -> list[int]:
    found = []
    for name in names:
        try:
            found.append(decode_id(name))
        except ValueError:
            continue
    return found
