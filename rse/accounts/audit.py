"""The audit log: append-only, each line sealed with the hash of the one before."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from rse.accounts.models import AuditEntry
from rse.core import clock

LOCK = 7_311_001  # one writer at a time on PostgreSQL; on SQLite a writer is alone anyway


def record(
    session: Session, action: str, *, actor_id: int | None = None, target: str = "", **details: Any
) -> None:
    """Add a line in this transaction: who did what to what, and the details that matter (no texts)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or ""
    entry = AuditEntry(
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        target=target[:120],
        details=json.dumps(details, ensure_ascii=False, sort_keys=True, default=str),
        previous=before,
    )
    entry.hash = seal(entry)
    session.add(entry)
    session.flush()


def seal(entry: AuditEntry) -> str:
    """Give the hash that a line must carry: of its content and of the line before."""
    parts = [
        entry.previous,
        entry.at.isoformat(timespec="microseconds"),
        str(entry.actor_id),
        entry.action,
        entry.target,
        entry.details,
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def broken(session: Session) -> Iterator[int]:
    """Give the ids of the lines that were changed, or whose neighbour before was changed or removed."""
    before = ""
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        if entry.previous != before or entry.hash != seal(entry):
            yield entry.id
        before = entry.hash
