"""Search inside one conversation: the engine is asked within what its reader may read there."""

from dataclasses import dataclass, replace
from typing import Any

from flask import request

from rse.chat import queries as chat
from rse.chat import views as chat_views
from rse.chat.policy import Place
from rse.core import db
from rse.core.api import Listing, Schema, endpoint
from rse.core.audience import conversation_token
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, route, viewer
from rse.search import api, queries
from rse.search.asking import Asker, query_of
from rse.search.current import asker
from rse.search.engine import Position
from rse.search.grammar import MAX_TEXT, parse, widen
from rse.search.highlights import Marker
from rse.search.schemas import Question, SearchInput
from rse.search.synonyms import wider
from rse.search.views import PER_MINUTE, blueprint

PAGE = 30


class InsideInput(Schema):
    """What is looked for in a conversation."""

    q: Question = ""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Inside:
    """A page of messages that were found; `total` counts those that the reader may read."""

    items: list[queries.Item]
    total: int = 0
    after: Position | None = None


def inside(asking: Asker, place: Place, q: str, after: Position | None = None) -> Inside:
    """Find messages of one conversation, best first. Raises Invalid(q=...) for a date that is none.

    Filters in the text (author, dates, files) hold; none of them leads out of the conversation.
    """
    parsed = parse(q)
    if not parsed.plain and not parsed.filters:
        return Inside([])
    query = query_of(asking, parsed, SearchInput(q=q, type="message", limit=PAGE), after)
    tokens, groups = asking.tokens, frozenset({place.group.id} if place.group else ())
    if place.direct:
        eras = range(place.since_era, place.conversation.era + 1)
        tokens = frozenset(conversation_token(place.conversation.id, era) for era in eras)
    query = replace(
        query,
        kinds=frozenset({"message"}),
        groups=groups,
        audience=tokens,
        also=wider(asking.session, parsed),
    )
    results = asking.backend.search(query)
    hits = queries.hits_of(asking, ((one.kind, one.id) for one in results.found))
    parsed = widen(parsed, query.also)
    marker = Marker(parsed)
    items = [queries.item(one, hits[one.key], marker, None) for one in results.found if one.key in hits]
    return Inside(items, results.total - (len(results.found) - len(items)), results.after)


def _asked(conversation_id: int, given: InsideInput) -> Inside:
    place = chat.place(db.session(), viewer(), conversation_id)
    after: Any = decode_cursor(given.cursor, float, int, str)
    return inside(asker(db.session(), viewer()), place, given.q, after)


@route(blueprint, "/messages/<pid:conversation_id>/search", rule=SIGNED_IN, limit=PER_MINUTE)
def inside_page(conversation_id: int) -> Any:
    """Show what was found in a conversation, beside it."""
    place = chat.place(db.session(), viewer(), conversation_id)
    given, error, found = InsideInput(q=request.args.get("q", "")[:MAX_TEXT]), "", Inside([])
    given.cursor = request.args.get("cursor")
    try:
        found = _asked(conversation_id, given)
    except Invalid as refused:
        error = "; ".join(text for texts in refused.errors.values() for text in texts)
    return chat_views.beside(
        "search/_inside.html", place, asked=given.q, found=found, error=error,
        further=encode_cursor(*found.after) if found.after else None,
    )  # fmt: skip


@endpoint(
    api.blueprint, "/conversations/<pid:conversation_id>/search", rule=SIGNED_IN, query=InsideInput,
    returns=Listing, limit=PER_MINUTE,
)  # fmt: skip
def search_conversation(conversation_id: int, query: InsideInput) -> Any:
    """Search the messages of one conversation."""
    found = _asked(conversation_id, query)
    return {
        "items": [api.item(one) for one in found.items],
        "next_cursor": encode_cursor(*found.after) if found.after else None,
    }
