"""What a person's own export says of reads by two, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.administration.models import GrantRequest, GrantSubject
from rse.core.feature import Export

COLUMNS = (
    GrantRequest.label,
    GrantRequest.reason,
    GrantRequest.state,
    GrantRequest.asked_at,
    GrantRequest.decided_at,
    GrantRequest.until,
)


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the reads that concerned a person, by whom and why, and those that they asked for themselves."""
    about = select(*COLUMNS, Person.display_name.label("reader"))
    about = about.join(GrantSubject, GrantSubject.grant_id == GrantRequest.id)
    about = about.join(Person, Person.id == GrantRequest.reader_id)
    for row in session.execute(about.where(GrantSubject.person_id == person_id)).mappings():
        yield {"what": "read about me", **row}
    for row in session.execute(select(*COLUMNS).where(GrantRequest.reader_id == person_id)).mappings():
        yield {"what": "read asked for", **row}


def erase(session: Session, person_id: int) -> None:
    """Forget that a person was concerned. Who read what stays: it is the proof that reads take two."""
    session.execute(delete(GrantSubject).where(GrantSubject.person_id == person_id))


export = Export("administration", rows, erase)
