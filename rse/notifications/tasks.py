"""Work on notifications by the clock."""

from rse.core import db
from rse.core.jobs import schedule
from rse.notifications import delivering, mailing, pushing, replying

KEPT_DAYS = 120


@schedule("41 3 * * *")
def clean() -> None:
    """Once a night: forget what was told long ago, in small pieces."""
    while True:
        session = db.begin_write()
        number = delivering.purge(session, KEPT_DAYS)
        db.commit()
        if number < delivering.BATCH:
            break
    replying.forget_old(db.begin_write())
    db.commit()


@schedule("* * * * *")
def send_mails() -> None:
    """Once a minute: mail what is due and still not read."""
    mailing.run()


@schedule("* * * * *")
def send_pushes() -> None:
    """Once a minute: push what is due and still not read."""
    pushing.run()
