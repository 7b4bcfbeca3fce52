"""Reads of the audit log: a page of it, all of it as JSON lines, and whether its chain still holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from rse.accounts.audit import seal
from rse.accounts.models import AuditEntry

CHUNK = 1_000


@dataclass(frozen=True)
class Wanted:
    """How the log is narrowed; None and empty texts narrow nothing. `until` is not inside."""

    actor_id: int | None = None
    action: str = ""  # a whole one, or the beginning of several: "signin"
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def criteria(self) -> list[ColumnElement[bool]]:
        """Give the criteria."""
        found: list[ColumnElement[bool]] = []
        if self.actor_id is not None:
            found.append(AuditEntry.actor_id == self.actor_id)
        if self.action:
            within = AuditEntry.action.startswith(self.action + ".", autoescape=True)
            found.append((AuditEntry.action == self.action) | within)
        if self.target:
            found.append(AuditEntry.target == self.target)
        if self.since:
            found.append(AuditEntry.at >= self.since)
        if self.until:
            found.append(AuditEntry.at < self.until)
        return found


def lines(
    session: Session, wanted: Wanted, before: tuple[datetime, int] | None, limit: int
) -> Sequence[AuditEntry]:
    """Give `limit + 1` lines, the newest first, older than a position (time, id)."""
    query = select(AuditEntry).where(*replace(wanted, action="").criteria())
    if wanted.action:  # by name, not by their beginning: then an index in the order of the page holds them
        meant = [name for name in actions(session) if f"{name}.".startswith(f"{wanted.action}.")]
        query = query.where(AuditEntry.action.in_(meant))
    if before is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < before)
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return session.scalars(newest.limit(limit + 1)).all()


def actions(session: Session) -> list[str]:
    """Give the actions that the log holds, stepping from one to the next: a few lines are read."""
    first = select(func.min(AuditEntry.action).label("action")).cte("step", recursive=True)
    following = select(func.min(AuditEntry.action)).where(AuditEntry.action > first.c.action)
    step = first.union_all(select(following.scalar_subquery()).where(first.c.action.is_not(None)))
    found = session.scalars(select(step.c.action).where(step.c.action.is_not(None)))
    return sorted(found)


def after(session: Session, wanted: Wanted, position: int, limit: int = CHUNK) -> Sequence[AuditEntry]:
    """Give the next lines after a position, the oldest first."""
    query = select(AuditEntry).where(*wanted.criteria(), AuditEntry.id > position)
    return session.scalars(query.order_by(AuditEntry.id).limit(limit)).all()


def as_values(entry: AuditEntry) -> Mapping[str, Any]:
    """Give a line as it is exported; ids as texts, since JSON's numbers do not hold them everywhere."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor_id": None if entry.actor_id is None else str(entry.actor_id),
        "action": entry.action,
        "target": entry.target,
        "details": json.loads(entry.details),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def json_lines(session: Session, wanted: Wanted) -> Iterator[str]:
    """Give the log as JSON lines, the oldest first, a bounded part of it in memory at a time."""
    position = 0
    while found := after(session, wanted, position):
        yield "".join(json.dumps(as_values(entry), ensure_ascii=False) + "\n" for entry in found)
        position = found[-1].id
        session.rollback()  # nothing is kept open, nor in memory, between two parts
        session.expunge_all()


@dataclass(frozen=True)
class Verdict:
    """What walking the chain has found: the first line at fault (None: none), how many, the last hash."""

    first_broken: int | None
    count: int
    last: str
    seen: bool  # whether the line that was asked for is still there


def verify(session: Session, expected: str = "") -> Verdict:
    """Walk the chain from its first line; stop at the first one that was changed, or that lost its neighbour.

    `expected` is the hash of a line that is known from elsewhere (syslog, an export): lines cut off at the
    end leave a whole chain, but not that line.
    """
    position, before, count, seen = 0, "", 0, not expected
    while found := after(session, Wanted(), position):
        for entry in found:
            if entry.previous != before or entry.hash != seal(entry):
                return Verdict(entry.id, count, before, seen)
            before, count = entry.hash, count + 1
            seen = seen or entry.hash == expected
        position = found[-1].id
        session.expunge_all()
    return Verdict(None, count, before, seen)


def size(session: Session) -> int:
    """Count the lines."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
