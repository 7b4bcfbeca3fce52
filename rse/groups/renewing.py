"""Groups in which nobody has written for a year: their owners are asked whether they are still needed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, require
from rse.groups import policy, queries
from rse.groups.events import GroupFellSilent
from rse.groups.models import Group

SILENT = timedelta(days=365)
LARGE = 150  # members from which a group is hard to know by heart (Dunbar 1992); a hint, no limit


def old_enough(session: Session) -> list[Group]:
    """Give the groups that are old enough to be asked about, and were not within a year."""
    before = clock.now() - SILENT
    asked = or_(Group.asked_at.is_(None), Group.asked_at < before)
    kept = or_(Group.renewed_at.is_(None), Group.renewed_at < before)
    query = select(Group).where(Group.archived_at.is_(None), Group.created_at < before, asked, kept)
    return list(session.scalars(query.order_by(Group.id)))


def ask(session: Session, groups: Collection[Group], now: datetime) -> None:
    """Ask the owners of silent groups. Flushes."""
    for group in groups:
        group.asked_at = now
        session.flush()
        emit(session, GroupFellSilent(group.id, now))


def is_asked(group: Group) -> bool:
    """Tell whether the owners of a group were asked and have not answered."""
    if group.asked_at is None or group.archived_at is not None:
        return False
    return group.renewed_at is None or group.renewed_at < group.asked_at


def renew(session: Session, viewer: Viewer, group: Group) -> None:
    """Say that a group is still needed: nobody is asked again for a year. Raises Refused but for owners."""
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_edit(viewer, mine), Action.EDIT_GROUP, _("Only the group's owners change it."))
    group.renewed_at = clock.now()
    session.flush()
