"""Work of drafts beside the pages: what is due is published, each in a transaction of its own."""

from rse.accounts.sessions import viewer_of_person
from rse.core import clock, db, i18n
from rse.core.jobs import schedule
from rse.core.policy import Invalid, NotFound, Refused
from rse.drafts import queries, service
from rse.drafts.models import Draft

AT_ONCE = 50


@schedule("* * * * *")
def publish_due() -> None:
    """Publish what is to be published by now; who reads it, and whether its writer may, is looked at anew."""
    ids = list(queries.due(db.session(), clock.now(), AT_ONCE))
    db.rollback()
    for draft_id in ids:
        _publish(draft_id)


def _publish(draft_id: int) -> None:
    session = db.begin_write()
    held = session.get(Draft, draft_id, populate_existing=True)
    if held is None or held.publish_at is None or held.publish_at > clock.now():
        db.rollback()
        return
    writer = viewer_of_person(session, held.person_id)
    if writer is None:  # they have left: nothing is said in their name
        session.delete(held)
        db.commit()
        return
    with i18n.speaking(writer.locale):
        try:
            service.publish(session, writer, draft_id)
        except (Invalid, Refused, NotFound) as error:
            why = service.why_not(error)
            db.rollback()
            service.fail(db.begin_write(), draft_id, why)
        db.commit()
