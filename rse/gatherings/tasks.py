"""Work of events beside the pages: reminders, as events that notifications may follow."""

from rse.core import db
from rse.core.jobs import schedule
from rse.gatherings import service


@schedule("*/10 * * * *")
def remind() -> None:
    """Tell once of each event that begins within a day."""
    session = db.begin_write()
    service.remind(session)
    db.commit()
