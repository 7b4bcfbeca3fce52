"""Demo people in the database: whether there are any, and who can clear them (the demo feature says)."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person

_clearers: list[Callable[[], None]] = []


def on_clear(clear: Callable[[], None]) -> None:
    """Register what removes the demo company and commits; the demo feature does, at its start."""
    _clearers[:] = [clear]


def count(session: Session) -> int:
    """Count the demo people."""
    return session.scalar(select(func.count()).select_from(Person).where(Person.demo)) or 0


def can_clear() -> bool:
    """Tell whether the demo feature is there."""
    return bool(_clearers)


def clear() -> None:
    """Remove the demo company; the registered callable commits."""
    for remove in _clearers:
        remove()
