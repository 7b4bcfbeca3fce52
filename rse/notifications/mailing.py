"""The run of the mails: what is due and still not read, one mail a person, in their language and their hours.

What is due is leased before it is sent: two runs never send the same, and a killed run is made up for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.core import clock, company, db, hours, i18n, mail
from rse.core.web import settings
from rse.notifications import queries, service
from rse.notifications.delivering import kinds
from rse.notifications.letters import letter
from rse.notifications.models import Notification
from rse.notifications.queries import COLUMNS, Item, noted

log = structlog.get_logger()
AT_ONCE = 50  # people in one transaction
MOST = 5000  # people in one run: the next one is a minute away
LEASE = timedelta(minutes=15)
AGAIN = timedelta(minutes=10)  # until a mail is tried again that was not taken
MOST_ITEMS = 200  # of one person in one mail
Due = Mapping[int, Sequence[int]]


def run() -> int:
    """Send what is due. Gives how many mails were taken. Raises MailFailed when there is no server."""
    if not settings().mail_url:
        return 0
    server, sent = mail.server_of(settings().mail_url), 0
    for _round in range(MOST // AT_ONCE):
        due = _lease(clock.now())
        if not due:
            break
        try:
            with mail.connected(server) as outlet:
                for person_id, ids in due.items():
                    sent += _serve(outlet, person_id, ids)
        except mail.MailFailed:
            _settle([i for ids in due.values() for i in ids], mail_at=clock.now() + AGAIN)
            raise
    return sent


def _lease(now: datetime) -> Due:
    """Take what is due of a few people for a while, so that nobody else sends it."""
    session = db.begin_write()
    waiting = select(Notification.id, Notification.person_id).where(Notification.mail_at <= now)
    waiting = waiting.order_by(Notification.mail_at).limit(AT_ONCE)
    if session.get_bind().dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    people = {row.person_id for row in session.execute(waiting)}
    if not people:
        db.rollback()
        return {}
    theirs = (Notification.person_id.in_(people), Notification.mail_at <= now)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in session.execute(select(Notification.id, Notification.person_id).where(*theirs)):
        found[row.person_id].append(row.id)
    ids = [i for of_one in found.values() for i in of_one]
    _set(session, ids, mail_at=now + LEASE)
    db.commit()
    return found


def _set(session: Session, ids: Sequence[int], **values: Any) -> None:
    for start in range(0, len(ids), 500):
        part = Notification.id.in_(ids[start : start + 500])
        changed = update(Notification).where(part, Notification.mail_at.is_not(None)).values(**values)
        session.execute(changed.execution_options(synchronize_session=False))


def _settle(ids: Sequence[int], **values: Any) -> None:
    _set(db.begin_write(), ids, **values)
    db.commit()


def _serve(outlet: mail.Outlet, person_id: int, ids: Sequence[int]) -> int:
    """Send one person what they still have not read and want by mail. Gives how many mails went."""
    session, now = db.db.session(), clock.now()
    viewer = sessions.viewer_of_person(session, person_id)
    person = session.get(Person, person_id)
    if viewer is None or person is None:
        _end(session, ids)
        return 0
    place = queries.place_of(session, person.site, viewer.timezone)
    wishes = queries.wishes_of(session, person_id)
    working = hours.hours_of(place.company, wishes.quiet)
    if not hours.is_open(working, now, place.zone):
        session.rollback()
        _settle(ids, mail_at=hours.next_opening(working, now, place.zone))
        return 0
    i18n.use(viewer.locale, viewer.timezone)
    items = _items(session, viewer, wishes, ids)
    if not items:
        _end(session, ids)
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


def _items(session: Session, viewer: Any, wishes: Any, ids: Sequence[int]) -> list[Item]:
    """Give what may be mailed now: not read, wanted, of no muted thread, and theirs to read."""
    known = kinds()
    query = select(*COLUMNS).where(Notification.id.in_(ids[:MOST_ITEMS]), Notification.read_at.is_(None))
    rows = [noted(row) for row in session.execute(query)]
    rows = [r for r in rows if r.kind in known and wishes.on(known[r.kind], "mail", r.group_id)]
    muted = {r.thread for r in rows if not service.without_muted(session, r.thread, [viewer.id])}
    return queries.items(session, viewer, known, [r for r in rows if r.thread not in muted])


def _end(session: Session, ids: Sequence[int]) -> None:
    session.rollback()
    _settle(ids, mail_at=None)


def _hand_in(outlet: mail.Outlet, message: Any, ids: Sequence[int]) -> int:
    try:
        outlet.send(message)
    except mail.MailFailed as error:
        log.warning("a mail was not taken", reason=str(error), for_good=error.for_good)
        _settle(ids, mail_at=None if error.for_good else clock.now() + AGAIN)
        return 0
    _settle(ids, mail_at=None, mailed_at=clock.now())
    return 1
