"""Writes of announcements: saying one, and "read and understood"."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rse.announcements import policy, queries
from rse.announcements.models import Acknowledgement, Announcement
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import queries as feed
from rse.feed.models import Post


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Note a new announcement (schemas.PublishAnnouncement). Raises Refused but for those who may."""
    _group, tie = feed.place(session, viewer, post.group_id)
    reason = (
        _("Owners and moderators of a group make its announcements.")
        if post.group_id
        else _("Announcements to the company are made by those who speak for it.")
    )
    require(policy.may_announce(viewer, post.group_id, tie), Action.ANNOUNCE, reason)
    if given.pinned_until is not None and given.pinned_until < post.at.date():
        raise Invalid(pinned_until=_("This day is past."))
    made = Announcement(post_id=post.id, acknowledge=given.acknowledge, pinned_until=given.pinned_until)
    session.add(made)
    session.flush()


def acknowledge(session: Session, viewer: Viewer, post_id: int) -> None:
    """Say "read and understood"; once is enough. Raises Refused where it is not asked for."""
    feed.post(session, viewer, post_id, lock=True)
    asked = queries.announcement(session, post_id)
    require(asked.acknowledge, Action.ACKNOWLEDGE, _("This announcement asks for nothing."))
    if session.get(Acknowledgement, (post_id, viewer.id)) is None:
        session.add(Acknowledgement(post_id=post_id, person_id=viewer.id, at=clock.now()))
        session.flush()


def unpin(session: Session, viewer: Viewer, post_id: int) -> None:
    """Keep an announcement on top no longer. Raises Refused but for those who may announce there."""
    post = feed.post(session, viewer, post_id)
    _group, tie = feed.place(session, viewer, post.group_id)
    allowed = policy.may_announce(viewer, post.group_id, tie)
    require(allowed, Action.ANNOUNCE, _("Owners and moderators of a group make its announcements."))
    queries.announcement(session, post_id).pinned_until = None
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Remove what a person has acknowledged."""
    session.execute(delete(Acknowledgement).where(Acknowledgement.person_id == person_id))
