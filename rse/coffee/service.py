"""Taking part in the random coffee, and the draw."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.coffee import pairing, queries
from rse.coffee.events import CoffeeDrawn
from rse.coffee.models import CoffeeGuest, CoffeeMeeting, CoffeeSeat
from rse.core import clock, company, hours
from rse.core.audience import Viewer
from rse.core.events import emit

SWITCH = "coffee"  # of company.SWITCHES
EVERY = timedelta(days=14)
EARLY = timedelta(days=1)  # a draw may come so much sooner: it is looked for once a day
AHEAD = timedelta(days=2)  # from the draw to the proposal
INTO_DAY = timedelta(hours=2)  # after the beginning of work
LONG = timedelta(minutes=30)  # of the entry in a calendar


def join(session: Session, viewer: Viewer) -> None:
    """Take part from the next draw on; twice is once, and ends a pause. Flushes."""
    held = queries.seat(session, viewer.id)
    if held is None:
        session.add(CoffeeSeat(person_id=viewer.id, at=clock.now()))
    else:
        held.paused_until = None
    session.flush()


def pause(session: Session, viewer: Viewer, weeks: int) -> None:
    """Be left out of the draws of some weeks. Flushes."""
    held = queries.seat(session, viewer.id)
    if held is not None:
        held.paused_until = clock.now().date() + timedelta(weeks=weeks)
        session.flush()


def leave(session: Session, person_id: int) -> None:
    """Take part no more; meetings that were drawn stay."""
    session.execute(delete(CoffeeSeat).where(CoffeeSeat.person_id == person_id))


def choose(session: Session, viewer: Viewer, action: str, weeks: int) -> None:
    """Take part, pause for some weeks, or leave. Flushes."""
    if action == "join":
        join(session, viewer)
    elif action == "pause":
        pause(session, viewer, weeks)
    else:
        leave(session, viewer.id)


def say_met(session: Session, viewer: Viewer, meeting_id: int, *, met: bool) -> None:
    """Say that a meeting took place, or that it did not. Raises NotFound. Flushes."""
    queries.one(session, viewer, meeting_id).met = met
    session.flush()


def due(session: Session) -> bool:
    """Tell whether it is time for a draw."""
    if SWITCH in company.switched_off(session):
        return False
    last = queries.last_draw(session)
    return last is None or clock.now().date() - last >= EVERY - EARLY


def draw(session: Session, zone: str, dice: Random, *, now: datetime, tell: bool = True) -> int:
    """Draw who meets and tell them; gives how many meetings there are. Flushes."""
    seats = queries.seats(session, now.date())
    drawn = pairing.draw(seats, queries.met(session), dice)
    by_id = {seat.person_id: seat for seat in seats}
    starts_at = _proposal(session, now, zone)
    for people in drawn:
        topic, topic_id = _topic([by_id[person_id].shares for person_id in people], dice)
        made = CoffeeMeeting(drawn_on=now.date(), topic=topic, topic_id=topic_id, starts_at=starts_at)
        session.add(made)
        session.flush()
        session.add_all([CoffeeGuest(meeting_id=made.id, person_id=person_id) for person_id in people])
        if tell:
            emit(session, CoffeeDrawn(made.id, now))
    session.flush()
    return len(drawn)


def _proposal(session: Session, now: datetime, zone: str) -> datetime:
    """Give a moment some days ahead, into the morning of a working day."""
    working = hours.hours_of(company.working_time(session))
    opening = hours.next_opening(working, now + AHEAD, zone)
    later = opening + INTO_DAY
    return later if hours.is_open(working, later, zone) else opening


def _topic(shares: Sequence[Collection[tuple[str, int]]], dice: Random) -> tuple[str, int | None]:
    """Choose something that all share."""
    common = sorted(set.intersection(*map(set, shares)))
    return dice.choice(common) if common else ("", None)


def forget(session: Session, person_id: int) -> None:
    """Remove a person's seat, and them from their meetings."""
    leave(session, person_id)
    session.execute(delete(CoffeeGuest).where(CoffeeGuest.person_id == person_id))


def purge(session: Session, before: datetime, most: int) -> int:
    """Remove meetings of before a day, and those that nobody is of any more; gives how many. Flushes."""
    taken = select(CoffeeGuest.meeting_id).where(CoffeeGuest.meeting_id == CoffeeMeeting.id)
    gone = (CoffeeMeeting.drawn_on < before.date()) | ~taken.exists()
    ids = session.scalars(select(CoffeeMeeting.id).where(gone).limit(most)).all()
    session.execute(delete(CoffeeGuest).where(CoffeeGuest.meeting_id.in_(ids)))
    session.execute(delete(CoffeeMeeting).where(CoffeeMeeting.id.in_(ids)))
    session.flush()
    return len(ids)
