"""Who announces, and who sees who has read."""

from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.groups import policy as groups
from rse.groups.models import Membership

SPEAKING = frozenset({"executive", "community_manager", "admin"})


def may_announce(viewer: Viewer, group_id: int | None, membership: Membership | None) -> bool:
    """To the company those who speak for it; in a group those who look after it."""
    return groups.may_manage(membership) if group_id else bool(viewer.roles & SPEAKING)


def offered(_session: Session, viewer: Viewer, moderates: bool) -> bool:
    """Show the kind to those who may announce somewhere."""
    return moderates or bool(viewer.roles & SPEAKING)
