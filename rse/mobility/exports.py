"""What a person's own export contains of internal mobility: what they said, and to whom."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.feature import Export
from rse.core.render import iso
from rse.mobility import service
from rse.mobility.models import Openness, OpennessReader


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give it; what others show this person is theirs, and is left out."""
    row = session.get(Openness, person_id)
    if row is None:
        return
    query = select(Person.uid).join(OpennessReader, OpennessReader.reader_id == Person.id)
    shown_to = session.scalars(query.where(OpennessReader.person_id == person_id).order_by(Person.uid))
    yield {
        "what": "open to",
        "ways": row.ways.split(),
        "note": row.note,
        "to_hr": row.to_hr,
        "shown_to": list(shown_to),
        "at": iso(row.at),
    }


export = Export("mobility", rows, service.forget)
