"""Who decides on ideas, and who asks for some."""

from rse.core.audience import Viewer
from rse.groups import policy as groups
from rse.groups.models import Membership

DECIDING = frozenset({"executive", "community_manager", "admin"})


def may_decide(
    viewer: Viewer,
    group_id: int | None,
    membership: Membership | None,
    owner_id: int | None,
    sponsor_id: int | None,
) -> bool:
    """In a group who looks after it, in the company who may speak for it; its owner and its sponsor too."""
    if viewer.id in {owner_id, sponsor_id}:
        return True
    return groups.may_manage(membership) if group_id else bool(viewer.roles & DECIDING)


def may_sponsor(viewer: Viewer) -> bool:
    """Let those ask the company for ideas who decide on them."""
    return viewer.is_employee and bool(viewer.roles & DECIDING)
