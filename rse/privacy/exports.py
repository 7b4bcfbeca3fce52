"""The copies that a person asked for, in the next one; an erasure removes them all."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.privacy import service
from rse.privacy.models import PersonalExport


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give when they asked for one."""
    query = select(PersonalExport.asked_at, PersonalExport.ready_at)
    for row in session.execute(query.where(PersonalExport.person_id == person_id)).mappings():
        yield {"what": "copy of my data", **row}


export = Export("privacy", rows, service.forget)
