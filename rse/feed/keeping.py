"""How long the words of a deleted post or comment are kept, those from before an edit too."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.feed import attaching
from rse.feed.models import Comment, Post, Revision

PLACES: tuple[tuple[str, Any], ...] = (("post", Post), ("comment", Comment))


def _words(session: Session, before: datetime, most: int) -> int:
    """Empty what was deleted before a moment; the row stays for counts and for what hangs on it."""
    done = 0
    for kind, table in PLACES:
        full = or_(table.body != "", table.body_html != "")
        query = select(table.id).where(table.deleted_at < before, full).order_by(table.id).limit(most)
        ids = session.scalars(query).all()
        if not ids:
            continue
        blank: dict[str, Any] = {"body": "", "body_html": ""}
        if kind == "post":
            blank |= {"title": None, "data": {}}
        session.execute(update(table).where(table.id.in_(ids)).values(**blank))
        session.execute(delete(Revision).where(Revision.kind == kind, Revision.object_id.in_(ids)))
        done = max(done, len(ids))
    return done


KEEPS = (
    Keep(
        "deleted_posts", lazy("Words of deleted posts and comments"),
        lazy("Nobody reads them; they serve to answer for what was said. Earlier versions go with them."),
        30, 7, 365, _words,
    ),
    Keep(
        "link_previews", lazy("Previews of links that no post or comment has any more"),
        lazy("What a public page said of itself; nobody’s words."), 30, 1, 365, attaching.forget_links,
    ),
)  # fmt: skip
