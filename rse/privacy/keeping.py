"""How long copies of people's data are kept: a week, then the rows and the files go."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import retention
from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.privacy.making import folder
from rse.privacy.models import PersonalExport
from rse.privacy.service import KEPT_DAYS


def _purge(session: Session, before: datetime, most: int) -> int:
    """Remove rows that are old, then files that no row names: a change that broke off leaves some behind."""
    gone = retention.older(session, PersonalExport.asked_at, before, most)
    kept = set(session.scalars(select(PersonalExport.file).where(PersonalExport.file.is_not(None))))
    there = folder().glob("*.zip") if folder().is_dir() else ()
    for path in [path for path in there if path.stat().st_mtime < before.timestamp()]:
        if path.name not in kept:
            path.unlink(missing_ok=True)
    return gone


KEEPS = (
    Keep(
        "personal_exports", lazy("Copies of their own data that people asked for"),
        lazy("Whoever has not fetched theirs asks again."), KEPT_DAYS, KEPT_DAYS, KEPT_DAYS, _purge,
    ),
)  # fmt: skip
