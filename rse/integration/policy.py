"""Who connects programs, and what a program may be told."""

from rse.core.audience import EVERYONE, Viewer, group_token
from rse.groups import policy as groups
from rse.groups.models import Group, Membership

EVENTS = (
    "post.published", "post.deleted", "comment.added", "answer.accepted", "member.joined", "member.left",
)  # fmt: skip


def may_hook(viewer: Viewer, membership: Membership | None) -> bool:
    """Let a group's owners, and administrators who know of it, give it an address for programs."""
    return groups.is_owner(membership) or "admin" in viewer.roles


def may_tell_of(visibility: str, role: str | None) -> bool:
    """Tell whether an administrator, with this role in a group, may have a program told of it.

    Of an open one, or of one that they look after; `role` is None for who is no member.
    """
    return visibility == "open" or role in groups.STAFF


def may_hear(group: Group, *, private: bool) -> bool:
    """Tell whether a webhook still hears of a group that was given to it: one closed since then is lost."""
    return group.visibility == "open" or private


def tokens(*, everyone: bool, group: Group | None) -> frozenset[str]:
    """Give the audience tokens by which a webhook reads what it is told: of that place, nothing more."""
    if group is None:
        return frozenset({EVERYONE} if everyone else ())
    inside = {group_token(group.id), group.audience, group.posts_audience}
    return frozenset(inside)
