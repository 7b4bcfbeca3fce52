"""Who may write, delete and bring back pages: what the group has decided, over its members."""

from rse.core import kinds
from rse.core.audience import Viewer
from rse.feed.models import Post
from rse.groups import policy as groups
from rse.groups.models import Group, Membership
from rse.pages.models import Page


def may_write(group: Group, tie: Membership | None) -> bool:
    """Members write pages, or only those who look after the group, as it decided; nobody once archived."""
    if group.archived_at is not None:
        return False
    return groups.may_manage(tie) or (group.pages_by == "members" and groups.is_member(tie))


def may_delete(viewer: Viewer, page: Page, group: Group, tie: Membership | None) -> bool:
    """Who began a page takes it away, and so do those who look after the group, who also bring it back."""
    own = page.created_by == viewer.id and may_write(group, tie)
    return own or may_bring_back(group, tie)


def may_bring_back(group: Group, tie: Membership | None) -> bool:
    """Let those who look after the group see what was deleted, and bring it back."""
    return group.archived_at is None and groups.may_manage(tie)


def is_solved(post: Post) -> bool:
    """Tell whether a post is a question of a group with its answer: what a page can be made of."""
    return post.group_id is not None and post.answer_id is not None and kinds.of(post.kind).answerable
