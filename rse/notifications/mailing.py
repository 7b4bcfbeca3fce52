"""The run of the mails: what is due and still not read, one mail a person, in their language and hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.core import clock, company, db, hours, i18n, mail
from rse.core.web import settings
from rse.notifications import due, queries
from rse.notifications.letters import letter

log = structlog.get_logger()
MOST = 5000  # people in one run: the next one is a minute away
AGAIN = timedelta(minutes=10)  # until a mail is tried again that was not taken


def run() -> int:
    """Send what is due. Gives how many mails were taken. Raises MailFailed when there is no server."""
    if not settings().mail_url:
        return 0
    server, sent = mail.server_of(settings().mail_url), 0
    for _round in range(MOST // due.AT_ONCE):
        found = due.lease("mail")
        if not found:
            break
        try:
            with mail.connected(server) as outlet:
                for person_id, ids in found.items():
                    sent += _serve(outlet, person_id, ids)
        except mail.MailFailed:
            due.settle("mail", [i for ids in found.values() for i in ids], clock.now() + AGAIN)
            raise
    return sent


def _serve(outlet: mail.Outlet, person_id: int, ids: Sequence[int]) -> int:
    """Send one person what they still have not read and want by mail. Gives how many mails went."""
    session, now = db.db.session(), clock.now()
    viewer = sessions.viewer_of_person(session, person_id)
    person = session.get(Person, person_id)
    if viewer is None or person is None:
        due.settle("mail", ids)
        return 0
    place = queries.place_of(session, person.site, viewer.timezone)
    wishes = queries.wishes_of(session, person_id)
    working = hours.hours_of(place.company, wishes.quiet)
    if not hours.is_open(working, now, place.zone):
        due.settle("mail", ids, hours.next_opening(working, now, place.zone))
        return 0
    i18n.use(viewer.locale, viewer.timezone)
    items = due.unread(session, viewer, wishes, ids, "mail")
    if not items:
        due.settle("mail", ids)
        return 0
    network = company.get(session, "name") or settings().company
    message = mail.build(
        letter(person, items, network=network),
        sender=mail.sender_of(settings().mail_from, settings().base_url),
        sender_name=network,
        at=now,
    )
    session.rollback()  # nothing is open while the server takes its time
    return _hand_in(outlet, message, ids)


def _hand_in(outlet: mail.Outlet, message: Any, ids: Sequence[int]) -> int:
    try:
        outlet.send(message)
    except mail.MailFailed as error:
        log.warning("a mail was not taken", reason=str(error), for_good=error.for_good)
        due.settle("mail", ids, None if error.for_good else clock.now() + AGAIN)
        return 0
    due.settle("mail", ids, mailed_at=clock.now())
    return 1
