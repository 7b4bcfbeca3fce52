"""Who may write what in the feed: predicates over viewer, author, group and the tie between them."""

from rse.core.audience import Viewer, group_token
from rse.feed.models import Post
from rse.groups import policy as groups
from rse.groups.models import Group, Membership

MODERATING = frozenset({"moderator", "community_manager", "admin"})
REACTIONS = ("thanks", "agree", "insight", "support", "celebrate")


def may_publish(viewer: Viewer, group: Group | None, membership: Membership | None) -> bool:
    """Employees publish to the company; in a group its own rule holds, and programs that it let in."""
    if group is None:
        return viewer.is_employee
    let_in = viewer.kind == "service" and viewer.holds(group_token(group.id)) and is_open(group)
    return let_in or groups.may_publish(viewer, group, membership)


def is_open(group: Group | None) -> bool:
    """Tell whether what stands there still takes comments and reactions: an archived group does not."""
    return group is None or group.archived_at is None


def may_edit(viewer: Viewer, author_id: int, group: Group | None) -> bool:
    """Let authors change their own words, while the group is alive."""
    return viewer.id == author_id and is_open(group)


def may_delete(viewer: Viewer, author_id: int, membership: Membership | None) -> bool:
    """Let authors take back their own words, and a group's owners and moderators those of others in it."""
    return viewer.id == author_id or groups.may_manage(membership)


def may_remove_unsigned(viewer: Viewer, post: Post) -> bool:
    """Let the network's moderators remove what has no author: there is nobody else to answer for it."""
    return bool(post.data.get("unsigned")) and bool(viewer.roles & MODERATING)


def may_steer(viewer: Viewer, post: Post, membership: Membership | None) -> bool:
    """Who closes or moves a post: its author, who looks after its group; for the company the moderators."""
    in_charge = groups.may_manage(membership) or (post.group_id is None and bool(viewer.roles & MODERATING))
    return viewer.id == post.author_id or in_charge


def manages(membership: Membership | None) -> bool:
    """Tell whether somebody looks after a group."""
    return groups.may_manage(membership)


def may_accept(viewer: Viewer, asker_id: int, group: Group | None, membership: Membership | None) -> bool:
    """Who asked chooses the answer; so do the group's owners and moderators."""
    return is_open(group) and (viewer.id == asker_id or groups.may_manage(membership))
