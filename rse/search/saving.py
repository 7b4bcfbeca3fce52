"""Writes and reads of saved searches: kept, told of, forgotten. They flush and never commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.search.models import SavedSearch
from rse.search.schemas import SearchInput

MOST = 30  # of one person
LEFT_OUT = {"cursor", "limit", "sort"}


def kept(asked: SearchInput) -> dict[str, Any]:
    """Give a question as it is kept: what is said in it, not which page of it, nor in what order."""
    return asked.model_dump(by_alias=True, exclude_defaults=True, exclude=LEFT_OUT, mode="json")


def address(saved: SavedSearch) -> str:
    """Give the page that asks it, the newest first."""
    return f"/search?{urlencode({**saved.asked, 'sort': 'date'})}"


def label(saved: SavedSearch) -> str:
    """Name it by what is asked."""
    return " · ".join(str(value) for value in saved.asked.values())


def mine(session: Session, viewer: Viewer) -> Sequence[SavedSearch]:
    """Give the viewer's saved searches, the latest first."""
    query = select(SavedSearch).where(SavedSearch.person_id == viewer.id)
    return session.scalars(query.order_by(SavedSearch.saved_at.desc(), SavedSearch.id.desc())).all()


def one(session: Session, viewer: Viewer, saved_id: int) -> SavedSearch:
    """Give one of the viewer's own. Raises NotFound."""
    found = session.get(SavedSearch, saved_id)
    if found is None or found.person_id != viewer.id:
        raise NotFound
    return found


def save(session: Session, viewer: Viewer, asked: SearchInput) -> SavedSearch:
    """Keep a question and tell of what is new; the same one is kept once. Raises Invalid(q=...)."""
    question = kept(asked)
    if not question:
        raise Invalid(q=_("There is nothing to save: ask something first."))
    for saved in mine(session, viewer):
        if saved.asked == question:
            return saved
    query = select(func.count()).select_from(SavedSearch).where(SavedSearch.person_id == viewer.id)
    if (session.scalar(query) or 0) >= MOST:
        raise Invalid(q=_("You have saved %(n)s searches already: delete one first.", n=MOST))
    now = clock.now().replace(microsecond=0)  # the index knows seconds
    row = SavedSearch(person_id=viewer.id, asked=question, notify=True, saved_at=now, seen_at=now)
    session.add(row)
    session.flush()
    return row


def switch(session: Session, viewer: Viewer, saved_id: int, *, notify: bool) -> None:
    """Tell of what is new, or no longer. What was written while nobody was told stays untold."""
    row = one(session, viewer, saved_id)
    if notify and not row.notify:
        row.seen_at = clock.now().replace(microsecond=0)
    row.notify = notify
    session.flush()


def forget(session: Session, viewer: Viewer, saved_id: int) -> None:
    """Delete one. Raises NotFound."""
    session.delete(one(session, viewer, saved_id))
    session.flush()


def forget_of(session: Session, person_id: int) -> None:
    """Delete all of a person."""
    session.execute(delete(SavedSearch).where(SavedSearch.person_id == person_id))
