"""Every kind, by every channel, with any wishes and hours: what is kept agrees with a plain second model."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from rse.accounts import sessions
from rse.accounts.models import Person, Session
from rse.core import clock, company, db
from rse.core.notice import Told
from rse.notifications import delivering, service
from rse.notifications.models import Notification, PushSubscription
from rse.notifications.wishes import Wishes
from tests import factories

STEP = timedelta(minutes=5)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata")
HOURS = st.integers(6, 21).map(lambda hour: f"{hour:02}:00")
DAYS = st.lists(st.integers(1, 7), unique=True, max_size=6).map(sorted)
SWITCH = st.fixed_dictionaries(
    {}, optional={"app": st.booleans(), "mail": st.booleans(), "push": st.booleans()}
)
# Around both clock changes, a year's end, and an ordinary week.
MOMENTS = st.sampled_from(["2026-03-27", "2026-10-23", "2026-11-20", "2026-12-23"]).flatmap(
    lambda day: st.integers(0, 6 * 288).map(
        lambda steps: datetime.fromisoformat(day).replace(tzinfo=UTC) + steps * STEP
    )
)


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, str]:
    first, last = sorted(draw(st.lists(HOURS, min_size=2, max_size=2, unique=True)))
    return first, last


WANTED = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "hours": spans(),
        "days": DAYS,
        "frequency": st.sampled_from(["soon", "soon", "daily", "weekly", "never"]),
        "switch": SWITCH,
        "own": st.none() | st.tuples(spans(), DAYS),
        "holiday": st.booleans(),
    }
)


def works(moment: datetime, zone: str, said: dict[str, Any], own: dict[str, Any]) -> bool:
    """The rule in the plainest words: a working day of both, in the hours of both."""
    local = moment.astimezone(ZoneInfo(zone))
    days = set(said["days"]) or {1, 2, 3, 4, 5}
    if days & set(own.get("days") or days):
        days &= set(own.get("days") or days)
    spans = [(said["opens"], said["closes"])]
    if own and max(own["opens"], said["opens"]) < min(own["closes"], said["closes"]):
        spans.append((own["opens"], own["closes"]))
    inside = all(time.fromisoformat(a) <= local.time() < time.fromisoformat(b) for a, b in spans)
    return inside and local.isoweekday() in days and local.date().isoformat() not in said["holidays"]


def expected(
    frequency: str, at: datetime, zone: str, said: dict[str, Any], own: dict[str, Any]
) -> datetime | None:
    """Walk through time in steps of five minutes until a mail may go."""
    if frequency == "never":
        return None
    week = at.astimezone(ZoneInfo(zone)).isocalendar()[:2]
    moment = at + STEP
    while True:
        now, before = works(moment, zone, said, own), works(moment - STEP, zone, said, own)
        opening = now and not before
        if frequency == "soon" and now:
            return moment
        if frequency == "daily" and opening:
            return moment
        if frequency == "weekly" and opening and moment.astimezone(ZoneInfo(zone)).isocalendar()[:2] != week:
            return moment
        moment += STEP


def expected_push(at: datetime, zone: str, said: dict[str, Any], own: dict[str, Any]) -> datetime:
    """Half a minute later in working hours, else at the next opening: moments here are whole steps."""
    moment = at + timedelta(seconds=30)
    if works(moment, zone, said, own):
        return moment
    moment = at
    while not works(moment, zone, said, own):
        moment += STEP
    return moment


def switch_on(person_id: int) -> None:
    """Let a browser of a person be pushed to."""
    session = db.begin_write()
    sessions.begin(session, person_id)
    signed = session.scalars(select(Session.id)).one()
    keys = {"endpoint": "https://push.example.com/x", "endpoint_hash": "x", "p256dh": "x", "auth": "x"}
    session.add(PushSubscription(person_id=person_id, session_id=signed, created_at=clock.now(), **keys))
    db.commit()


def test_what_is_kept_agrees_with_the_model(make_app: Callable[..., Flask]) -> None:
    app = make_app(mail_url="smtp://127.0.0.1:1")
    with app.app_context():
        person = factories.make_person(db.begin_write(), "amelie.rousseau")
        db.commit()
        person_id, names = person.id, sorted(delivering.kinds())
        switch_on(person_id)

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(names), MOMENTS, WANTED)
        def check(kind: str, at: datetime, wanted: dict[str, Any]) -> None:
            zone, hours, days, frequency = (wanted[n] for n in ("zone", "hours", "days", "frequency"))
            switch, own, holiday = (wanted[n] for n in ("switch", "own", "holiday"))
            holidays = [(at + timedelta(days=1)).date().isoformat()] if holiday else []
            said = {"days": days, "opens": hours[0], "closes": hours[1], "holidays": holidays}
            quiet = {"opens": own[0][0], "closes": own[0][1], "days": own[1]} if own else {}
            session = db.begin_write()
            session.execute(delete(Notification))
            session.get_one(Person, person_id).timezone = zone
            company.put(session, "working_time", said)
            company.forget(session)
            service.prefer(session, person_id, Wishes(frequency, {kind: switch}, {}, quiet))
            told = Told("k", "group:1", 1, at, "everyone", [person_id])
            notice = delivering.kinds()[kind]
            delivering._deliver(session, notice, told, [person_id])
            row = session.scalars(select(Notification)).first()
            shown = switch.get("app", True)
            by_mail = switch.get("mail", notice.mailed)
            due = expected(frequency, at, zone, said, quiet) if by_mail else None
            pushed = expected_push(at, zone, said, quiet) if switch.get("push", notice.mailed) else None
            found = (row.hidden, row.mail_at, row.push_at) if row else None
            db.commit()
            told_at_all = shown or due or pushed
            assert found == ((not (shown and notice.in_bell), due, pushed) if told_at_all else None)

        check()
