"""What was seen of each identity provider: the last good sign-in, the last refused one, its clock."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.accounts.models import ProviderState
from rse.accounts.saml_guard import Refused

MINUTE = timedelta(minutes=1)
NOTICED = 2  # seconds: a smaller change of the difference is not written


def of(session: Session, entity_ids: list[str]) -> dict[str, ProviderState]:
    """Give what was seen of these providers, for those of which anything was."""
    rows = session.scalars(select(ProviderState).where(ProviderState.entity_id.in_(entity_ids)))
    return {row.entity_id: row for row in rows}


def _note(session: Session, entity_id: str, **values: Any) -> None:
    row = session.get(ProviderState, entity_id)
    if row is None:
        row = ProviderState(entity_id=entity_id)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another process has seen it for the first time just now
            row = session.get_one(ProviderState, entity_id)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def answered(session: Session, entity_id: str, issued: datetime | None, now: datetime) -> None:
    """Note by how much the provider's clock differs: of an answer that it has signed."""
    if issued is None:
        return
    row, difference = session.get(ProviderState, entity_id), round((issued - now).total_seconds())
    if row is None or row.clock_difference is None or abs(row.clock_difference - difference) >= NOTICED:
        _note(session, entity_id, clock_difference=difference)


def good(session: Session, entity_id: str, now: datetime) -> None:
    """Note that somebody came in; to the minute, so that a morning's crowd does not wait for one row."""
    row = session.get(ProviderState, entity_id)
    if row is None or row.good_at is None or now - row.good_at > MINUTE:
        _note(session, entity_id, good_at=now)


def refused(session: Session, refusal: Refused, reference: str, now: datetime) -> None:
    """Note why the last one did not come in, where it is known from which provider."""
    if refusal.idp:
        values = {"refused_code": refusal.code[:40], "refused_detail": refusal.detail[:300]}
        _note(session, refusal.idp, refused_at=now, refused_reference=reference, **values)
