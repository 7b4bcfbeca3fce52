"""Reads of drafts: one's own, and nobody else's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.model import encode_id
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


def files_of(fields: Mapping[str, Any]) -> list[str]:
    """Give the public ids of the files that the fields of a draft name."""
    said = fields.get("attachments") or []
    return [said] if isinstance(said, str) else list(said)


def names_files(session: Session, waiting: Mapping[int, int]) -> set[int]:
    """Give those of the waiting files, {id: whose}, that a draft of that person names."""
    query = select(Draft.person_id, Draft.fields).where(Draft.person_id.in_(set(waiting.values())))
    said = {(row.person_id, name) for row in session.execute(query) for name in files_of(row.fields)}
    return {file_id for file_id, person_id in waiting.items() if (person_id, encode_id(file_id)) in said}


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Give the ids of what is to be published by now."""
    query = select(Draft.id).where(Draft.publish_at <= now).order_by(Draft.publish_at, Draft.id)
    return session.scalars(query.limit(limit)).all()
