"""What a person's own export contains of announcements: what they have acknowledged."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.announcements import service
from rse.announcements.models import Acknowledgement
from rse.core.feature import Export
from rse.core.model import encode_id


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give what a person has read and understood, with when."""
    for held in session.scalars(select(Acknowledgement).where(Acknowledgement.person_id == person_id)):
        yield {"what": "acknowledged", "on": encode_id(held.post_id), "at": held.at}


export = Export("announcements", rows, service.forget)
