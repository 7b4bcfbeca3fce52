"""Writes of events: calling one, saying whether one comes, reminding."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import policy as feed_policy
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.gatherings import queries
from rse.gatherings.events import GatheringMoved, GatheringNear
from rse.gatherings.models import Coming, Gathering

HOUR = timedelta(hours=1)
AHEAD = timedelta(days=1)  # before an event, those who come are reminded
FAR = timedelta(days=3660)


def _moment(given: datetime, viewer: Viewer) -> datetime:
    return given if given.tzinfo else given.replace(tzinfo=ZoneInfo(viewer.timezone))


def _times(given: Any, viewer: Viewer, now: datetime) -> tuple[datetime, datetime]:
    """Read the beginning and the end. Raises Invalid for impossible times."""
    if abs(given.starts_at.replace(tzinfo=None) - now.replace(tzinfo=None)) > FAR:
        raise Invalid(starts_at=_("This is too far away."))
    starts_at = _moment(given.starts_at, viewer)
    ends_at = starts_at + HOUR
    if given.ends_at:
        if abs(given.ends_at.replace(tzinfo=None) - given.starts_at.replace(tzinfo=None)) > FAR:
            raise Invalid(ends_at=_("This is too far away."))
        ends_at = _moment(given.ends_at, viewer)
    if ends_at <= starts_at:
        raise Invalid(ends_at=_("The end comes before the beginning."))
    return starts_at, ends_at


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Note when and where a new event is (schemas.PublishGathering). Raises Invalid for impossible times."""
    starts_at, ends_at = _times(given, viewer, post.at)
    if starts_at < post.at:
        raise Invalid(starts_at=_("This moment is past."))
    session.add(
        Gathering(
            post_id=post.id, starts_at=starts_at, ends_at=ends_at, place=given.place, link=given.link,
            reminded=starts_at - post.at < AHEAD,
        )
    )  # fmt: skip
    session.flush()


def held(session: Session, viewer: Viewer, post: Post) -> dict[str, Any]:
    """Give what the form of an event begins with: its times where the writer is."""
    found, zone = queries.gathering(session, post.id), ZoneInfo(viewer.timezone)
    times = {"starts_at": found.starts_at, "ends_at": found.ends_at}
    written = {name: at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") for name, at in times.items()}
    return {**written, "place": found.place, "link": found.link}


def change(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Move an event, or change its place: who comes is told, and reminded anew. Raises Invalid."""
    found, now = queries.gathering(session, post.id), clock.now()
    starts_at, ends_at = _times(given, viewer, now)
    before = (_minute(found.starts_at), _minute(found.ends_at), found.place, found.link)
    if (_minute(starts_at), _minute(ends_at), given.place, given.link) == before:
        return
    if _minute(starts_at) != before[0]:
        if starts_at < now:
            raise Invalid(starts_at=_("This moment is past."))
        found.reminded = starts_at - now < AHEAD
    found.starts_at, found.ends_at, found.place, found.link = starts_at, ends_at, given.place, given.link
    session.flush()
    emit(session, GatheringMoved(post.id, now))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def answer(session: Session, viewer: Viewer, post_id: int, said: str) -> None:
    """Say whether one comes. Raises Refused once it is over, and in an archived group."""
    post = feed.post(session, viewer, post_id, lock=True)
    group, _tie = feed.place(session, viewer, post.group_id)
    found = queries.gathering(session, post_id)
    open_now = feed_policy.is_open(group) and clock.now() < found.ends_at
    require(open_now, Action.COME, _("This event is over."))
    held = session.get(Coming, (post_id, viewer.id))
    if held is None:
        session.add(Coming(post_id=post_id, person_id=viewer.id, answer=said, at=clock.now()))
    else:
        held.answer, held.at = said, clock.now()
    session.flush()


def remind(session: Session) -> int:
    """Tell once of each event that begins within a day; gives how many. Flushes."""
    now = clock.now()
    found = queries.near(session, now, now + AHEAD)
    for one in found:
        one.reminded = True
        session.flush()
        emit(session, GatheringNear(one.post_id, one.starts_at))
    return len(found)


def forget(session: Session, person_id: int) -> None:
    """Remove where a person said they would come."""
    session.execute(delete(Coming).where(Coming.person_id == person_id))
