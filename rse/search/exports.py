"""What a person's own export contains of the search: their saved searches."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.render import iso
from rse.search.models import SavedSearch
from rse.search.saving import forget_of


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give each as it is asked."""
    for saved in session.scalars(select(SavedSearch).where(SavedSearch.person_id == person_id)):
        yield {
            "what": "saved search",
            "asked": saved.asked,
            "notify": saved.notify,
            "at": iso(saved.saved_at),
        }


export = Export("search", rows, forget_of)
