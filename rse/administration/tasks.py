"""What runs by itself for those who administer: guests leave after their last day."""

import structlog

from rse.accounts import guests, service
from rse.core import clock, db, jobs
from rse.core.web import settings

log = structlog.get_logger()


@jobs.schedule("7 * * * *")
def guests_leave() -> None:
    """Once an hour: deactivate the guests whose last day is over, in the organisation's zone."""
    session = db.begin_write()
    leaving = guests.overdue(session, clock.today(settings().timezone))
    for person in leaving:
        service.deactivate(session, person)
    db.commit()
    if leaving:
        log.info("guests left", people=len(leaving))
