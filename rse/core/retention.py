"""How long each kind of row is kept: features declare it, a company sets it within bounds, a job removes.

Every step removes a bounded number of rows, so that no transaction keeps the other writers waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from rse.core import clock, company
from rse.core.i18n import lazy

Purge = Callable[[Session, datetime, int], int]


@dataclass(frozen=True)
class Keep:
    """A kind of row and how many days it is kept; without a choice when `least` and `most` are equal.

    `purge(session, before, most)` removes about `most` of those from before a moment and says how many;
    None where their own job does it.
    """

    key: str
    label: Any  # lazy text
    why: Any  # lazy text
    days: int
    least: int
    most: int
    purge: Purge | None = None

    @property
    def setting(self) -> str:
        """The company setting that holds the days."""
        return f"{self.key}_days"

    @property
    def fixed(self) -> bool:
        """Tell whether a company has no choice."""
        return self.least == self.most


def days(session: Session, keep: Keep) -> int:
    """Give how many days a kind of row is kept now."""
    chosen = company.get(session, keep.setting, keep.days)
    return min(max(int(chosen), keep.least), keep.most)


def step(session: Session, keep: Keep, most: int) -> int:
    """Remove some of what is too old and say how many rows; 0 when nothing is left to remove. Flushes."""
    if keep.purge is None:
        return 0
    return keep.purge(session, clock.now() - timedelta(days=days(session, keep)), most)


def older(session: Session, at: Any, before: datetime, most: int, *criteria: ColumnElement[bool]) -> int:
    """Delete rows from before a moment by their column `at`, the oldest first: `most`, and ties.

    Gives how many.
    """
    old = (at < before, *criteria)
    last = session.scalar(select(at).where(*old).order_by(at).offset(most - 1).limit(1))
    upto = (at <= last, *criteria) if last is not None else old
    gone = session.execute(delete(at.class_).where(*upto).execution_options(synchronize_session=False))
    return int(getattr(gone, "rowcount", 0))


def of_rows(at: Any) -> Purge:
    """Give the purge of a table whose rows are old by this column."""
    return lambda session, before, most: older(session, at, before, most)


AUDIT = (
    lazy("Audit log"),
    lazy("It is append-only and each line seals the one before: no line is ever removed."),
)
