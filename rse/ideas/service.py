"""Writes of ideas: votes, stages with their public replies, campaigns, and the code of an unsigned idea."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rse.accounts import unsigned
from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import EVERYONE, Viewer
from rse.core.events import Delivery, StoredEvent, emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import policy as feed_policy
from rse.feed import queries as feed
from rse.feed import service as posts
from rse.feed.events import PostChanged
from rse.feed.models import Mention, Post, Revision
from rse.groups.models import Membership
from rse.ideas import policy, queries
from rse.ideas.events import IdeaDecided
from rse.ideas.models import Campaign, Idea, IdeaStep, IdeaVote


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().encode()).hexdigest()


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Note a new idea (schemas.PublishIdea); an unsigned one gets a code. Raises Invalid, NotFound."""
    claim = None
    if given.anonymous:
        code = secrets.token_urlsafe(16)
        claim = _hash(code)
        given.told(code)
        post.data = {"unsigned": True}
    if given.campaign is not None:
        asked = queries.campaign(session, given.campaign)
        if not asked.starts_on <= post.at.date() <= asked.ends_on:
            raise Invalid(campaign=_("This campaign is not open."))
    session.add(Idea(post_id=post.id, status="open", votes=0, claim=claim, campaign_id=given.campaign))
    session.flush()


def vote(session: Session, viewer: Viewer, post_id: int, *, on: bool) -> None:
    """Be for an idea, or no more; once is enough."""
    post = feed.post(session, viewer, post_id)
    group, _tie = feed.place(session, viewer, post.group_id)
    idea = queries.idea(session, post_id, lock=True)
    reason = _("This group is archived: it can be read, but not written to.")
    require(feed_policy.is_open(group), Action.VOTE, reason)
    held = session.get(IdeaVote, (post_id, viewer.id))
    if on and held is None:
        session.add(IdeaVote(post_id=post_id, person_id=viewer.id))
        idea.votes += 1
    elif not on and held is not None:
        session.delete(held)
        idea.votes -= 1
    session.flush()


def set_status(
    session: Session,
    viewer: Viewer,
    post_id: int,
    *,
    status: str,
    reason: str,
    owner_id: int | None = None,
    due_on: date | None = None,
) -> Idea:
    """Move an idea to a stage, with a public reply. Raises Refused, and Invalid for an unknown owner."""
    post = feed.post(session, viewer, post_id, lock=True)
    group, tie = feed.place(session, viewer, post.group_id)
    idea = queries.idea(session, post_id, lock=True)
    asked = session.get(Campaign, idea.campaign_id) if idea.campaign_id else None
    allowed = policy.may_decide(
        viewer, post.group_id, tie, idea.owner_id, asked.sponsor_id if asked else None
    )
    allowed = allowed and feed_policy.is_open(group)
    require(allowed, Action.DECIDE, _("Those who look after this place decide on its ideas."))
    if owner_id is not None:
        _require_reader(session, post, owner_id)
        idea.owner_id = owner_id
    idea.status = status
    idea.due_on = due_on if due_on is not None else idea.due_on
    now = clock.now()
    session.add(IdeaStep(post_id=post_id, status=status, reply=reason, by_id=viewer.id, at=now))
    session.flush()
    emit(session, IdeaDecided(post_id, viewer.id, status, now))
    emit(session, PostChanged(post_id, post.at))
    return idea


def _require_reader(session: Session, post: Post, person_id: int) -> None:
    """Refuse an owner who is not there, or does not read the idea."""
    person = session.get(Person, person_id)
    reads = person is not None and person.status == "active" and person.kind == "employee"
    if reads and post.audience != EVERYONE:
        tie = session.get(Membership, (post.group_id, person_id))
        reads = tie is not None and tie.state == "active"
    if not reads:
        raise Invalid(owner_id=_("There is no such colleague."))


def _claimed(session: Session, viewer: Viewer, post_id: int, code: str) -> tuple[Post, Idea]:
    post = feed.post(session, viewer, post_id, lock=True)
    idea = queries.idea(session, post_id, lock=True)
    if not hmac.compare_digest(idea.claim or "", _hash(code)):
        raise Invalid(code=_("This is not the code of this idea."))
    return post, idea


def edit_unsigned(
    session: Session, viewer: Viewer, post_id: int, code: str, *, title: str | None, body: str | None
) -> None:
    """Change an unsigned idea by its code; who holds it is not noted, and the time to the day only."""
    post, _idea = _claimed(session, viewer, post_id, code)
    nobody = replace(viewer, id=post.author_id)
    posts.edit(session, nobody, post_id, body=body, title=title)
    day = unsigned.day()
    post.edited_at = day
    for table in (Revision, Mention):
        own = update(table).where(table.kind == "post", table.object_id == post_id)
        session.execute(own.values(at=day).execution_options(synchronize_session=False))
    _forget_hour(session, post_id)
    session.flush()


def _forget_hour(session: Session, post_id: int) -> None:
    """Keep of the events of a post that still stand in the outbox the day only."""
    here = f"post_id:{post_id}"
    day = unsigned.day()
    for table, column in ((StoredEvent, "at"), (Delivery, "not_before")):
        own = update(table).where(table.subject == here)
        session.execute(own.values({column: day}).execution_options(synchronize_session=False))


def sign(session: Session, viewer: Viewer, post_id: int, code: str) -> None:
    """Put the name of who holds the code under an unsigned idea; the code is worth nothing after that."""
    post, idea = _claimed(session, viewer, post_id, code)
    post.author_id, post.data, idea.claim = viewer.id, {}, None
    post.version += 1
    session.flush()
    emit(session, PostChanged(post_id, post.at))


def open_campaign(
    session: Session, viewer: Viewer, *, question: str, body: str, starts_on: date, ends_on: date
) -> Campaign:
    """Ask the company for ideas. Raises Refused, and Invalid for an end before the start."""
    reason = _("Those who speak for the company ask it for ideas.")
    require(policy.may_sponsor(viewer), Action.DECIDE, reason)
    if ends_on < starts_on:
        raise Invalid(ends_on=_("The end comes before the beginning."))
    made = Campaign(sponsor_id=viewer.id, question=question, body=body, starts_on=starts_on, ends_on=ends_on)
    session.add(made)
    session.flush()
    return made


def recount(session: Session, post_ids: Collection[int]) -> None:
    """Count the votes of ideas again, after some of them have gone."""
    for idea in session.scalars(select(Idea).where(Idea.post_id.in_(post_ids))):
        mine = select(func.count()).select_from(IdeaVote).where(IdeaVote.post_id == idea.post_id)
        idea.votes = session.scalar(mine) or 0
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Remove the votes of a person and let go of what they look after; their public replies stay."""
    held = list(queries.voted(session, person_id))
    session.execute(delete(IdeaVote).where(IdeaVote.person_id == person_id))
    session.execute(update(Idea).where(Idea.owner_id == person_id).values(owner_id=None))
    recount(session, held)
