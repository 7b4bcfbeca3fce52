"""The run of the pushes: what is due and still not read, one push a person, in their language and hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts import sessions
from rse.accounts.sealing import CannotOpen
from rse.core import clock, company, db, hours, i18n, jobs, mail, outside
from rse.core.api import dumps
from rse.core.audience import Viewer
from rse.core.i18n import _, ngettext
from rse.core.web import settings
from rse.notifications import due, queries, subscribing, webpush
from rse.notifications.letters import gathered
from rse.notifications.models import PushSubscription
from rse.notifications.queries import Item
from rse.notifications.webpush import Browser, Keys
from rse.notifications.wishes import Wishes

log = structlog.get_logger()
ROUNDS = 100  # of a few people each, in one run: the next one is a minute away
SIDE_BY_SIDE = 8  # requests at a time
AGAIN = timedelta(minutes=10)  # until a push is tried again that no browser's service took
TRIED_FOR = timedelta(hours=1)  # a service that takes nothing for so long is asked once for each thing
DROPPED_AFTER = timedelta(days=7)  # and by then is not asked any more
LIVES = timedelta(hours=4)  # a browser that is off gets it so much later, never after working hours
GONE = {404, 410}
OK, MULTIPLE_CHOICES = 200, 300
TITLE, BODY = 120, 400  # characters
TAG = 40
TRIAL_LIVES = timedelta(minutes=5)
PLACE = "/settings/notifications"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A push on its way to one browser."""

    subscription_id: int
    endpoint: str
    content: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Errand:
    """What one person is to be pushed, and where to."""

    ids: Sequence[int]
    parcels: list[Parcel] = field(default_factory=list)
    again: datetime | None = None  # nothing is sent now, but then


def run() -> int:
    """Push what is due. Gives how many browsers' services took something."""
    session = db.db.session()
    if subscribing.is_off(session):
        return 0
    try:
        keys = subscribing.keys(session, settings().secret_key, settings().old_keys)
    except CannotOpen:
        log.warning("the keys of web push were sealed under another RSE_SECRET_KEY")
        keys = None
    db.rollback()
    taken = 0
    for _round in range(ROUNDS if keys else 0):
        found = due.lease("push")
        if not found or keys is None:
            break
        taken += _round_of([_errand(keys, person_id, ids) for person_id, ids in found.items()])
    return taken


def _errand(keys: Keys, person_id: int, ids: Sequence[int]) -> Errand:
    """Write what one person is pushed now. Only reads."""
    session, now = db.db.session(), clock.now()
    viewer = sessions.viewer_of_person(session, person_id)
    if viewer is None:
        return Errand(ids)
    place = queries.place_of(session, viewer.card.site if viewer.card else "", viewer.timezone)
    wishes = queries.wishes_of(session, person_id)
    working = hours.hours_of(place.company, wishes.quiet)
    if not hours.is_open(working, now, place.zone):
        return Errand(ids, again=hours.next_opening(working, now, place.zone))
    i18n.use(viewer.locale, viewer.timezone)
    browsers = subscribing.standing(session, person_id, timedelta(hours=settings().session_idle_hours))
    items = due.unread(session, viewer, wishes, ids, "push") if browsers else []
    if not items:
        return Errand(ids)
    content = said(session, viewer, wishes, items)
    lives = min(LIVES, hours.closing(working, now, place.zone) - now)
    topic = items[0].noted.thread if len({item.noted.thread for item in items}) == 1 else "several"
    return Errand(ids, [parcel(keys, one, content, lives=lives, topic=topic) for one in browsers])


def parcel(keys: Keys, row: PushSubscription, content: bytes, *, lives: timedelta, topic: str) -> Parcel:
    """Seal and sign what a browser is pushed."""
    browser = Browser(row.endpoint, row.p256dh, row.auth)
    headers = webpush.headers(
        browser, keys, contact=_contact(), now=clock.now(), lives=lives, topic=f"{row.id} {topic}"
    )
    return Parcel(row.id, row.endpoint, webpush.seal(content, browser), headers)


def _contact() -> str:
    """Give where a push service finds who runs this network."""
    base = str(settings().base_url)
    return base if settings().secure else "mailto:" + mail.sender_of(settings().mail_from, base)


def said(session: Session, viewer: Viewer, wishes: Wishes, items: Sequence[Item]) -> bytes:
    """Put it in words, in the present language: who did what, and what was written if they wish it."""
    items = sorted(items, key=lambda item: -item.noted.id)
    newest, threads = items[0], {item.noted.thread for item in items}
    values = {"url": "/notifications", "tag": "rse", "lang": viewer.locale}
    if len(threads) > 1:
        network = company.get(session, "name") or settings().company
        subjects = dict.fromkeys(item.line.subject for item in items)
        values |= {"title": gathered(len(items), network), "body": "\n".join(subjects)}
    else:
        more = len(items) - 1
        values |= {"title": newest.line.text, "url": newest.line.url, "tag": newest.noted.thread[:TAG]}
        values["body"] = "\n".join(filter(None, (newest.line.subject, newest.line.excerpt)))
        if more:
            values["more"] = ngettext("and %(n)s more", "and %(n)s more", more)
    if not wishes.push_text:
        values["body"] = ""
    values["body"] = "\n".join(filter(None, (values["body"][:BODY], values.pop("more", ""))))
    return dumps(values | {"title": values["title"][:TITLE]})


def _round_of(errands: Sequence[Errand]) -> int:
    """Send what some people are pushed, side by side, and note how it went."""
    db.rollback()  # nothing is open while others take their time
    parcels = [one for errand in errands for one in errand.parcels]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = dict(zip((p.subscription_id for p in parcels), pool.map(send, parcels), strict=True))
    waiting = _note(answers)
    for errand in errands:
        tried = [one.subscription_id for one in errand.parcels]
        again = errand.again
        if not any(_taken(answers[one]) for one in tried) and waiting.intersection(tried):
            again = clock.now() + AGAIN
        due.settle("push", errand.ids, again)
    return sum(_taken(answer) for answer in answers.values())


@jobs.job
def try_out(subscription_id: int) -> None:
    """Push a trial to a browser, whose owner has asked for it."""
    session = db.db.session()
    keys = subscribing.keys(session, settings().secret_key, settings().old_keys)
    row = session.get(PushSubscription, subscription_id)
    viewer = sessions.viewer_of_person(session, row.person_id) if row else None
    if keys is None or row is None or viewer is None:
        return
    i18n.use(viewer.locale, viewer.timezone)
    network = company.get(session, "name") or settings().company
    words = _("This is how %(network)s tells you of something.", network=network)
    content = dumps({"title": words, "body": "", "url": PLACE, "tag": "trial", "lang": viewer.locale})
    one = parcel(keys, row, content, lives=TRIAL_LIVES, topic="trial")
    db.rollback()
    _note({subscription_id: send(one)})


def send(one: Parcel) -> int:
    """Hand a push to the service of a browser; gives its answer, 0 for none."""
    try:
        return outside.post(one.endpoint, one.content, one.headers)
    except outside.NotAsked as refusal:
        log.info("a push service was not reached", reason=str(refusal))  # not where: that is a secret
        return 0


def _taken(answer: int) -> bool:
    return OK <= answer < MULTIPLE_CHOICES


def _note(answers: Mapping[int, int]) -> set[int]:
    """Forget browsers that are gone, note which services take nothing; gives those to ask again soon."""
    session, now = db.begin_write(), clock.now()
    gone = [one for one, answer in answers.items() if answer in GONE]
    session.execute(delete(PushSubscription).where(PushSubscription.id.in_(gone)))
    soon: set[int] = set()
    rows: Any = session.scalars(select(PushSubscription).where(PushSubscription.id.in_(answers)))
    for row in rows:
        if _taken(answers[row.id]):
            row.failing_since = None
            continue
        log.info("a push was not taken", answer=answers[row.id])
        row.failing_since = row.failing_since or now
        if now - row.failing_since < TRIED_FOR:
            soon.add(row.id)
        elif now - row.failing_since > DROPPED_AFTER:
            session.delete(row)
    db.commit()
    return soon
