"""Who stands as author where no author may be stored: one `service` account that nobody enters."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.model import EPOCH_MS, RANDOM_BITS

UID = "unsigned"
DAY_MS = 86_400_000
NOBODY = "role:nobody"  # an audience that no one holds: it is in no directory and has no profile


def author(session: Session) -> int:
    """Give the id of the account, made at its first use. Flushes."""
    found = session.scalar(select(Person.id).where(Person.uid == UID))
    if found is not None:
        return found
    made = Person(
        uid=UID, email=f"{UID}@invalid", display_name="Anonyme", sort_name=UID, kind="service",
        status="deactivated", audience=NOBODY, created_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def day() -> datetime:
    """Give the beginning of today (UTC): the only time that is kept."""
    return clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def row_id() -> int:
    """Make an id of today that says nothing of the hour (see core.model.new_id, whose ids do)."""
    moment = int(day().timestamp() * 1000) - EPOCH_MS + secrets.randbelow(DAY_MS)
    return (moment << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)
