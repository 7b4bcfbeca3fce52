"""The record of an importer's runs, and one run of a source at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from rse.accounts import audit
from rse.core import clock
from rse.core.i18n import _
from rse.provisioning.absent import TooMany
from rse.provisioning.directory import Transaction
from rse.provisioning.models import ProvisioningRun

STALE = timedelta(hours=1)  # a run that gives no sign of life for so long was killed
MOST = 1000  # changes and problems that are kept of a run; the counts are of all


class Busy(Exception):
    """Another run of this source is going on; the text says since when."""


@dataclass
class Outcome:
    """What a run did: how it ended, counts, changes and problems."""

    state: str = "done"
    counts: Mapping[str, int] = field(default_factory=dict)
    changes: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Mapping[str, str]] = ()
    error: str = ""
    mark: str = ""


def begin(session: Session, source: str, kind: str, actor_id: int | None = None) -> int:
    """Note that a run begins and give its id. Raises Busy. Flushes; commit before the work begins."""
    now = clock.now()
    killed = update(ProvisioningRun).where(
        ProvisioningRun.running == source, ProvisioningRun.seen_at < now - STALE
    )
    session.execute(killed.values(running=None, state="failed", ended_at=now, error="interrupted"))
    run = ProvisioningRun(source=source, kind=kind, state="running", running=source, actor_id=actor_id)
    run.started_at = run.seen_at = now
    run.counts, run.changes, run.problems = {}, [], []
    session.add(run)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Busy(_("Another run is going on. Try again when it has ended.")) from error
    return run.id


@contextmanager
def recorded(
    transaction: Transaction, source: str, kind: str, actor_id: int | None = None
) -> Iterator[tuple[Outcome, Transaction]]:
    """Keep the record around a run: gives the outcome to fill, and transactions that say it is alive.

    Raises Busy; what the run itself raises is noted and raised again.
    """
    with transaction() as session:
        run_id = begin(session, source, kind, actor_id)
    outcome = Outcome()

    @contextmanager
    def alive() -> Iterator[Session]:
        with transaction() as session:
            beat(session, run_id)
            yield session

    try:
        yield outcome, alive
    except BaseException as error:
        outcome.state = "stopped" if isinstance(error, TooMany) else "failed"
        outcome.error = str(error) or type(error).__name__
        raise
    finally:
        with transaction() as session:
            finish(session, run_id, outcome)


def beat(session: Session, run_id: int) -> None:
    """Note that a run is alive."""
    alive = update(ProvisioningRun).where(ProvisioningRun.id == run_id).values(seen_at=clock.now())
    session.execute(alive)


def finish(session: Session, run_id: int, outcome: Outcome) -> None:
    """Store what a run did, and a line in the audit log. Flushes."""
    now, counts = clock.now(), dict(outcome.counts)
    values = {
        "state": outcome.state,
        "running": None,
        "seen_at": now,
        "ended_at": now,
        "counts": counts,
        "changes": _first(outcome.changes),
        "problems": _first(outcome.problems),
        "error": outcome.error,
        "mark": outcome.mark,
    }
    run = session.get_one(ProvisioningRun, run_id)
    session.execute(update(ProvisioningRun).where(ProvisioningRun.id == run_id).values(**values))
    about = {"source": run.source, "kind": run.kind, "state": outcome.state, "counts": counts}
    audit.record(session, "provisioning.run", actor_id=run.actor_id, target=f"run:{run_id}", **about)
    session.flush()


def _first(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(item) for item, _n in zip(items, range(MOST), strict=False)]


def mark(session: Session, source: str) -> str:
    """Give where the last good run of a source left off; empty when there was none."""
    good = select(ProvisioningRun.mark).where(
        ProvisioningRun.source == source, ProvisioningRun.state == "done", ProvisioningRun.mark != ""
    )
    return session.scalar(good.order_by(ProvisioningRun.started_at.desc()).limit(1)) or ""


def latest(session: Session, source: str | None = None, most: int = 50) -> Sequence[ProvisioningRun]:
    """Give the last runs, the newest first; of one source, or of all. Changes are read when looked at."""
    query = select(ProvisioningRun).order_by(ProvisioningRun.started_at.desc(), ProvisioningRun.id.desc())
    query = query.options(defer(ProvisioningRun.changes), defer(ProvisioningRun.problems))
    if source is not None:
        query = query.where(ProvisioningRun.source == source)
    return session.scalars(query.limit(most)).all()


def going_on(session: Session, source: str) -> bool:
    """Tell whether a run of a source is at work."""
    return session.scalar(select(ProvisioningRun.id).where(ProvisioningRun.running == source)) is not None
