"""Looking for what is new in saved searches, as their owners may read it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.policy import Invalid
from rse.search.asking import Asker, query_of
from rse.search.grammar import parse
from rse.search.models import SavedSearch
from rse.search.queries import hits_of
from rse.search.schemas import SearchInput
from rse.search.synonyms import wider

LOOKED_AT = 20  # of the newest; one of somebody else that may be read is news
STEP = 200


def waiting(session: Session, after: int, until: datetime) -> list[SavedSearch]:
    """Give some that are to be looked for, in the order of ids."""
    query = select(SavedSearch).where(SavedSearch.notify, SavedSearch.id > after, SavedSearch.seen_at < until)
    return list(session.scalars(query.order_by(SavedSearch.id).limit(STEP)))


def news(asker: Asker, saved: SavedSearch, until: datetime) -> bool:
    """Tell whether something by somebody else, written since it was seen, answers with all its words."""
    asked = SearchInput.model_validate({**saved.asked, "sort": "date", "limit": LOOKED_AT})
    parsed = parse(asked.q)
    try:
        query = query_of(asker, parsed, asked, None)
    except Invalid:
        return False
    since = max(filter(None, (query.since, saved.seen_at)))
    until = min(filter(None, (query.until, until)))
    query = replace(query, since=since, until=until, also=wider(asker.session, parsed))
    results = asker.backend.search(query)
    others = [one for one in results.found if one.author_id != asker.viewer.id]
    if results.loose or not others:
        return False
    return bool(hits_of(asker, ((one.kind, one.id) for one in others)))


Asking = Callable[[int], Asker | None]


def look(session: Session, asking: Asking, until: datetime) -> list[SavedSearch]:
    """Give the saved searches with news until a moment; those of people who left are passed over."""
    found, after = [], 0
    while some := waiting(session, after, until):
        for saved in some:
            asker = asking(saved.person_id)
            if asker is not None and news(asker, saved, until):
                found.append(saved)
        after = some[-1].id
    return found
