"""What a person's own export says of the charter, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.moderation.models import CharterAcceptance


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give which versions of the charter a person accepted, and when."""
    accepted = select(CharterAcceptance.version, CharterAcceptance.locale, CharterAcceptance.at)
    for row in session.execute(accepted.where(CharterAcceptance.person_id == person_id)).mappings():
        yield {"what": "charter accepted", **row}


def erase(session: Session, person_id: int) -> None:
    """Forget what a person accepted: an erased account is bound by nothing."""
    session.execute(delete(CharterAcceptance).where(CharterAcceptance.person_id == person_id))


export = Export("moderation", rows, erase)
