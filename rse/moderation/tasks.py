"""Work of moderation beside the pages: reports whose judges have gone are given to others."""

from rse.core import db
from rse.core.jobs import schedule
from rse.moderation import service


@schedule("23 * * * *")
def appoint_anew() -> None:
    """Look once an hour at who may judge what waits."""
    session = db.begin_write()
    service.appoint_anew(session)
    db.commit()
