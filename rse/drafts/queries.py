"""Reads of drafts: one's own, and nobody else's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.drafts.models import Draft


def slot_of(viewer: Viewer, place: str) -> str:
    """Name the draft of a place."""
    return f"{viewer.id}:{place}"


def draft(session: Session, viewer: Viewer, draft_id: int, *, lock: bool = False) -> Draft:
    """Give a draft of one's own. Raises NotFound."""
    query = select(Draft).where(Draft.id == draft_id, Draft.person_id == viewer.id)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def of_place(session: Session, viewer: Viewer, place: str) -> Draft | None:
    """Give the draft that a composer goes on with."""
    return session.scalars(select(Draft).where(Draft.slot == slot_of(viewer, place))).first()


def mine(session: Session, viewer: Viewer, limit: int = 200) -> tuple[Sequence[Draft], Sequence[Draft]]:
    """Give what is scheduled, the next one first, and the drafts, the last one changed first."""
    query = select(Draft).where(Draft.person_id == viewer.id).order_by(Draft.updated_at.desc(), Draft.id)
    found = session.scalars(query.limit(limit)).all()
    later = sorted((one for one in found if one.publish_at), key=lambda one: (one.publish_at, one.id))
    return later, [one for one in found if not one.publish_at]


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Give the ids of what is to be published by now."""
    query = select(Draft.id).where(Draft.publish_at <= now).order_by(Draft.publish_at, Draft.id)
    return session.scalars(query.limit(limit)).all()
