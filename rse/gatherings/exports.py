"""What a person's own export contains of events: where they said they would come."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.gatherings import service
from rse.gatherings.models import Coming


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give what a person has answered, with when."""
    for held in session.scalars(select(Coming).where(Coming.person_id == person_id)):
        yield {"what": "coming", "on": encode_id(held.post_id), "value": held.answer, "at": held.at}


export = Export("gatherings", rows, service.forget)
