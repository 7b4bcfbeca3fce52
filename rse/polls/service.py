"""Writes of polls: opening, voting once, closing. A secret ballot leaves a count and a name, apart."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import policy as feed_policy
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.polls import policy, queries
from rse.polls.models import Ballot, Poll, Voted


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Open the poll of a new post (schemas.PublishPoll). Raises Invalid for a closing day that is past."""
    closes_at = _end_of(given.closes_on, viewer, post.at, secret=given.anonymous)
    options = list(given.options)
    session.add(
        Poll(
            post_id=post.id, options=options, counts=[0] * len(options), voters=0, multiple=given.multiple,
            secret=given.anonymous, results="after" if given.anonymous else given.results,
            closes_at=closes_at,
        )
    )  # fmt: skip
    session.flush()


def _end_of(day: date | None, viewer: Viewer, now: datetime, *, secret: bool) -> datetime | None:
    """Give the end of the last day of a poll. Raises Invalid for one that is past, or that is missing."""
    if day is None:
        if secret:
            raise Invalid(closes_on=_("A secret poll needs a last day: its results are shown after it."))
        return None
    end = datetime.combine(day, time(), ZoneInfo(viewer.timezone)) + timedelta(days=1)
    if end <= now:
        raise Invalid(closes_on=_("This day is past."))
    return end


def held(session: Session, viewer: Viewer, post: Post) -> dict[str, Any]:
    """Give what the form of a poll begins with."""
    poll = queries.poll(session, post.id)
    last = poll.closes_at and (poll.closes_at - timedelta(seconds=1)).astimezone(ZoneInfo(viewer.timezone))
    return {
        "options": list(poll.options), "closes_on": last.date().isoformat() if last else "",
        "voted": poll.voters > 0, "closed": not policy.is_open(poll, clock.now()),
    }  # fmt: skip


def change(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Change the options of a poll in which nobody has voted, and its last day while it is open."""
    poll, now = queries.poll(session, post.id, lock=True), clock.now()
    options = list(given.options)
    if options != poll.options:
        if poll.voters:
            raise Invalid(options=_("Somebody has voted: the options stay as they are."))
        poll.options, poll.counts = options, [0] * len(options)
    if policy.is_open(poll, now):
        poll.closes_at = _end_of(given.closes_on, viewer, now, secret=poll.secret)
    session.flush()


def vote(session: Session, viewer: Viewer, post_id: int, choices: Collection[int]) -> Poll:
    """Cast a ballot, or another one instead where it is by name. Raises Refused and Invalid."""
    post = feed.post(session, viewer, post_id)
    group, _tie = feed.place(session, viewer, post.group_id)
    poll = queries.poll(session, post_id, lock=True)
    reason = _("This poll is closed.")
    open_now = feed_policy.is_open(group) and policy.is_open(poll, clock.now())
    require(open_now, Action.VOTE, reason)
    chosen = sorted(set(choices))
    if not chosen or chosen[-1] >= len(poll.options) or chosen[0] < 0:
        raise Invalid(choices=_("Choose one of the options."))
    if len(chosen) > 1 and not poll.multiple:
        raise Invalid(choices=_("Choose one option only."))
    if poll.secret:
        _vote_secretly(session, viewer, poll, chosen)
    else:
        _vote_by_name(session, viewer, poll, chosen)
    session.flush()
    return poll


def _vote_secretly(session: Session, viewer: Viewer, poll: Poll, chosen: list[int]) -> None:
    mine = select(Voted.person_id).where(Voted.post_id == poll.post_id, Voted.person_id == viewer.id)
    again = session.scalar(mine) is not None
    require(not again, Action.VOTE, _("You have voted. A secret ballot cannot be changed or taken back."))
    session.execute(insert(Voted).values(post_id=poll.post_id, person_id=viewer.id))
    _count(poll, chosen, 1)


def _vote_by_name(session: Session, viewer: Viewer, poll: Poll, chosen: list[int]) -> None:
    held = session.get(Ballot, (poll.post_id, viewer.id))
    if held is None:
        ballot = Ballot(post_id=poll.post_id, person_id=viewer.id, choices=chosen, at=clock.now())
        session.add(ballot)
    else:
        _count(poll, held.choices, -1)
        held.choices, held.at = chosen, clock.now()
    _count(poll, chosen, 1)


def _count(poll: Poll, chosen: Collection[int], by: int) -> None:
    poll.counts = [count + by * (at in chosen) for at, count in enumerate(poll.counts)]
    poll.voters += by


def withdraw(session: Session, viewer: Viewer, post_id: int) -> None:
    """Take a ballot by name back. Raises Refused in a secret poll and in one that is closed."""
    feed.post(session, viewer, post_id)
    poll = queries.poll(session, post_id, lock=True)
    reason = _("You have voted. A secret ballot cannot be changed or taken back.")
    require(not poll.secret, Action.VOTE, reason)
    require(policy.is_open(poll, clock.now()), Action.VOTE, _("This poll is closed."))
    held = session.get(Ballot, (post_id, viewer.id))
    if held is not None:
        _count(poll, held.choices, -1)
        session.delete(held)
        session.flush()


def close(session: Session, viewer: Viewer, post_id: int) -> Poll:
    """End a poll now. Raises Refused but for who asked and who looks after the group."""
    post = feed.post(session, viewer, post_id)
    group, tie = feed.place(session, viewer, post.group_id)
    poll = queries.poll(session, post_id, lock=True)
    allowed = policy.may_close(viewer, post.author_id, group, tie)
    require(allowed, Action.EDIT_POST, _("Who asked, or the group's moderators, close the poll."))
    if policy.is_open(poll, clock.now()):
        poll.closes_at = clock.now()
        session.flush()
    return poll


def recount(session: Session, post_ids: Collection[int]) -> None:
    """Count polls by name again from their ballots, after some of them have gone."""
    for poll in session.scalars(select(Poll).where(Poll.post_id.in_(post_ids), ~Poll.secret)):
        ballots = session.scalars(select(Ballot.choices).where(Ballot.post_id == poll.post_id)).all()
        poll.counts = [sum(at in chosen for chosen in ballots) for at in range(len(poll.options))]
        poll.voters = len(ballots)
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Remove the ballots of a person: those by name with their counts; of secret ones only the name goes."""
    mine = list(session.scalars(select(Ballot.post_id).where(Ballot.person_id == person_id)))
    for table in (Ballot, Voted):
        session.execute(delete(table).where(table.person_id == person_id))
    recount(session, mine)
