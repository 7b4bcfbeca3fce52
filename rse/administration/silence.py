"""Which groups have fallen silent: no post, comment, message or page for a year."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.chat.models import Conversation
from rse.core import clock
from rse.feed.models import Post
from rse.groups import renewing
from rse.pages.models import Page


def ask(session: Session) -> int:
    """Ask the owners of groups that have fallen silent; gives how many groups. Flushes."""
    now = clock.now()
    found = renewing.old_enough(session)
    living = _living(session, [group.id for group in found], now - renewing.SILENT)
    silent = [group for group in found if group.id not in living]
    renewing.ask(session, silent, now)
    return len(silent)


def _living(session: Session, ids: Sequence[int], since: datetime) -> set[int]:
    """Give those of the groups in which somebody has written since; three queries."""
    posts = select(Post.group_id).where(Post.group_id.in_(ids), Post.active_at >= since)
    pages = select(Page.group_id).where(Page.group_id.in_(ids), Page.edited_at >= since)
    talks = select(Conversation.group_id).where(
        Conversation.group_id.in_(ids), Conversation.active_at >= since
    )
    return {
        number for query in (posts, pages, talks) for number in session.scalars(query.distinct()) if number
    }
