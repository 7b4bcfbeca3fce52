"""Who may do what in a group: predicates over the viewer, the group, and their membership in it."""

from rse.core.audience import Viewer, group_token
from rse.groups.models import Group, Membership

STAFF = {"owner", "moderator"}


def is_member(membership: Membership | None) -> bool:
    """Tell whether somebody belongs to the group now."""
    return membership is not None and membership.state == "active"


def is_owner(membership: Membership | None) -> bool:
    """Tell whether somebody owns the group."""
    return membership is not None and is_member(membership) and membership.role == "owner"


def may_see_members(viewer: Viewer, group: Group) -> bool:
    """Tell whether who is in the group is shown: to whoever knows of it by right, not by an invitation."""
    return viewer.holds(group.audience) or viewer.holds(group_token(group.id))


def may_create(viewer: Viewer) -> bool:
    """Employees create groups; guests enter those that they are invited to."""
    return viewer.is_employee


def may_edit(viewer: Viewer, membership: Membership | None) -> bool:
    """Owners edit their group; so do the people in charge of the network, where they are members."""
    in_charge = "community_manager" in viewer.roles and is_member(membership)
    return is_owner(membership) or in_charge


def may_manage(membership: Membership | None) -> bool:
    """Owners and moderators accept, invite and remove members."""
    return membership is not None and is_member(membership) and membership.role in STAFF


def may_join(viewer: Viewer, group: Group, membership: Membership | None) -> bool:
    """Enter without asking: an open group, or one that invited the person."""
    if group.archived_at is not None or is_member(membership):
        return False
    if group.visibility == "open" and not viewer.is_employee:
        return False  # opened since the invitation: guests enter closed and secret groups only
    return group.visibility == "open" or (membership is not None and membership.state == "invited")


def may_ask(viewer: Viewer, group: Group, membership: Membership | None) -> bool:
    """Ask to enter a closed group."""
    return (
        membership is None
        and group.visibility == "closed"
        and group.archived_at is None
        and viewer.is_employee
    )


def may_invite(group: Group, membership: Membership | None) -> bool:
    """Any member of an open group brings colleagues; elsewhere its owners and moderators do."""
    if group.archived_at is not None:
        return False
    return may_manage(membership) or (group.visibility == "open" and is_member(membership))


def may_publish(viewer: Viewer, group: Group, membership: Membership | None) -> bool:
    """Members write in a group; in an open one every employee may."""
    if group.archived_at is not None:
        return False
    return is_member(membership) or (group.visibility == "open" and viewer.is_employee)
