"""Work of the search beside the pages: following the outbox, mending the index, and telling how it is."""

from collections.abc import Sequence
from typing import Any

import structlog
from flask import has_app_context
from prometheus_client import Gauge
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.events import Delivery, StoredEvent
from rse.core.jobs import schedule
from rse.search import service
from rse.search.current import backend, sources
from rse.search.engine import Unusable

log = structlog.get_logger()
SUBSCRIBER = "search.index"
LAG = Gauge("rse_search_lag_seconds", "Age of the oldest change that is not in the search index yet")


def follow(session: Session, events: Sequence[Any]) -> None:
    """Bring into the index what events touched; an index that cannot be written is made anew instead."""
    try:
        service.update(session, backend(), sources(), events)
    except Unusable as error:
        log.warning("search index is rebuilt", reason=str(error))
        session.rollback()
        service.rebuild(session, backend(), sources())


@schedule("* * * * *")
def tend() -> None:
    """Once a minute: make the index anew when there is none that this version can read."""
    problem = backend().health()
    if problem is not None:
        log.warning("search index is rebuilt", reason=problem)
        service.rebuild(db.session(), backend(), sources())


@schedule("40 1 * * *")
def reconcile() -> None:
    """Each night: compare ids and versions of everything with the index, and mend what differs."""
    try:
        count = service.mend(db.session(), backend(), sources())
    except Unusable:
        return  # it is built within the minute
    if count:
        log.warning("search index was mended", objects=count)


def index_anew() -> str:
    """Build the index of a database that was restored."""
    return f"search index: {service.rebuild(db.session(), backend(), sources())} documents"


def lag() -> float:
    """Give how many seconds the index is behind the database."""
    if not has_app_context():
        return 0.0
    waiting = select(func.min(StoredEvent.at)).join(Delivery, Delivery.event_id == StoredEvent.id)
    oldest = db.session().scalar(waiting.where(Delivery.subscriber == SUBSCRIBER))
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def search_index() -> str | None:
    """Say what is wrong with the index; one that is missing is no problem while there is nothing to find."""
    problem = backend().health()
    if problem is None or not any(source.ids(db.session(), -1, 1) for source in sources().values()):
        return None
    return problem


LAG.set_function(lag)
