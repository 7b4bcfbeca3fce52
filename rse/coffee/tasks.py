"""The draw, every two weeks."""

from random import SystemRandom

from rse.coffee import service
from rse.core import clock, db
from rse.core.jobs import schedule
from rse.core.web import settings


@schedule("0 6 * * 1")
def draw() -> None:
    """Draw who meets, on a Monday morning, when two weeks have gone since the last time."""
    session = db.begin_write()
    if service.due(session):
        service.draw(session, settings().timezone, SystemRandom(), now=clock.now())
    db.commit()
