"""The audit log: append-only, each line sealed with the hash of the one before."""

import json
from collections.abc import Iterator
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from rse.accounts.models import AuditEntry
from rse.core import clock

_WAIT = text("SELECT pg_advisory_xact_lock(7311001)")  # one writer at a time; on SQLite one is alone anyway
_LAST = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
_ADD = insert(AuditEntry)


def record(
    session: Session, action: str, *, actor_id: int | None = None, target: str = "", **details: Any
) -> None:
    """Add a line in this transaction: who did what to what, and the details that matter (no texts)."""
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT)
    line = {
        "at": clock.now(),
        "actor_id": actor_id,
        "action": action,
        "target": target[:120],
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True, default=str),
        "previous": connection.scalar(_LAST) or "",
    }
    connection.execute(_ADD, {**line, "hash": seal(SimpleNamespace(**line))})


def seal(entry: Any) -> str:
    """Give the hash that a line, by its fields, must carry: of its content and of the line before."""
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
