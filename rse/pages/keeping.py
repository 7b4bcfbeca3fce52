"""How long deleted pages can be brought back."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.pages.models import Page


def _purge(session: Session, before: datetime, most: int) -> int:
    """Remove pages that were deleted before a moment, with their versions."""
    query = select(Page.id).where(Page.deleted_at < before).order_by(Page.id).limit(most)
    ids = session.scalars(query).all()
    if ids:
        session.execute(delete(Page).where(Page.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)


KEEPS = (
    Keep(
        "deleted_pages", lazy("Deleted pages of groups"),
        lazy("Owners and moderators of a group can bring them back; every version goes with them."),
        30, 7, 365, _purge,
    ),
)  # fmt: skip
