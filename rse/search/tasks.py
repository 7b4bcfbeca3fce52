"""Work of the search beside the pages: following the outbox, mending the index, and telling how it is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from flask import has_app_context
from prometheus_client import Gauge
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rse.accounts.sessions import viewer_of_person
from rse.core import clock, db
from rse.core.events import Delivery, StoredEvent, emit
from rse.core.jobs import schedule
from rse.search import service, watching
from rse.search.asking import Asker
from rse.search.current import asker, backend, sources
from rse.search.engine import Unusable
from rse.search.events import SavedSearchFound
from rse.search.models import SavedSearch

log = structlog.get_logger()
SUBSCRIBER = "search.index"
SETTLED = 60  # seconds
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


@schedule("*/15 * * * *")
def tell_news() -> int:
    """Each quarter of an hour: tell the owners of saved searches that there is something new; how many."""
    until = clock.now() - timedelta(seconds=SETTLED + lag())  # what is younger may not be in the index yet
    until = until.replace(microsecond=0)  # the index knows seconds

    def asking(person_id: int) -> Asker | None:
        viewer = viewer_of_person(db.session(), person_id)
        return asker(db.session(), viewer) if viewer else None

    found = {saved.id for saved in watching.look(db.session(), asking, until)}
    db.rollback()
    session = db.begin_write()
    for saved in session.scalars(select(SavedSearch).where(SavedSearch.id.in_(found))):
        emit(session, SavedSearchFound(saved.id, saved.person_id, until))
    seen = update(SavedSearch).where(SavedSearch.notify, SavedSearch.seen_at < until).values(seen_at=until)
    session.execute(seen.execution_options(synchronize_session=False))
    db.commit()
    return len(found)


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
