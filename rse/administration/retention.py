"""What is kept for how long in this installation, and what the last night removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.administration.models import GrantRequest
from rse.core import clock, company, files, outbox
from rse.core.api import IdempotencyKey
from rse.core.i18n import lazy
from rse.core.jobs import JobFailure
from rse.core.retention import Keep, of_rows, older
from rse.core.web import registry, settings

LAST = "retention_last"  # company setting: when the last run was, and what it removed
AT_ONCE = 500  # rows in a transaction
STEPS = 400  # transactions for one kind in a night


def _logos(session: Session, before: datetime, most: int) -> int:
    in_use = company.get(session, "logo")
    folder = settings().data_dir / "files" / "brand"
    return files.unused(folder, lambda names: {in_use} & set(names), before.timestamp(), most)


def _reads(session: Session, before: datetime, most: int) -> int:
    over = GrantRequest.until.is_(None) | (GrantRequest.until < before)
    return older(session, GrantRequest.asked_at, before, most, over)


KEEPS = (
    Keep(
        "events", lazy("Delivered events"),
        lazy("They serve to find out what went wrong; then they are deleted."), 14, 1, 90, outbox.purge,
    ),
    Keep(
        "job_failures", lazy("Failures of jobs"), lazy("What the page Jobs shows."),
        90, 7, 365, of_rows(JobFailure.at),
    ),
    Keep(
        "idempotency", lazy("Answers to programs that repeat a request"),
        lazy("The same key gives the same answer on that day, and is free again after it."),
        1, 1, 1, of_rows(IdempotencyKey.at),
    ),
    Keep(
        "reads", lazy("Private reads that are over"),
        lazy("Those concerned see them on their page until then. The audit log keeps each step."),
        730, 365, 3650, _reads,
    ),
    Keep("logos", lazy("Logos that are no longer shown"), lazy("Files of former logos."), 7, 7, 7, _logos),
)  # fmt: skip


def everything() -> list[Keep]:
    """Give every kind that a feature declares."""
    return list(registry().all("keeps"))


def note(session: Session, removed: Mapping[str, int]) -> None:
    """Write down what a run removed: for the page, and in the audit log where it was anything. Flushes."""
    counts = {key: count for key, count in removed.items() if count}
    company.put(session, LAST, {"at": clock.now().isoformat(), "removed": counts})
    company.forget(session)
    if counts:
        details: dict[str, Any] = dict(counts)
        audit.record(session, "retention.run", **details)


def last(session: Session) -> tuple[datetime | None, dict[str, int]]:
    """Give when the last run was, and what it removed."""
    row = select(company.CompanySetting.value).where(company.CompanySetting.key == LAST)
    said: Any = session.scalar(row) or {}
    return (datetime.fromisoformat(said["at"]) if said else None), dict(said.get("removed", {}))
