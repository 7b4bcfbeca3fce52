"""What an announcement puts into its card, on top of pages, and into the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.announcements import queries
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.core.i18n import get_zone
from rse.core.render import iso
from rse.groups.models import Group


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render until when it is on top, and what it asks."""
    today = clock.now().astimezone(get_zone()).date()
    found = {}
    for post_id, seen in queries.announcements(session, viewer, ids).items():
        pinned = seen.one.pinned_until is not None and seen.one.pinned_until >= today
        if pinned or seen.one.acknowledge:
            values = {"post_id": post_id, "seen": seen, "pinned": pinned, "own": seen.author_id == viewer.id}
            found[post_id] = render_template("announcements/_part.html", csrf_token=csrf_token(), **values)
    return found


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write what announcements ask, and whether the viewer has done it; the sender sees how many have."""
    found = {}
    for post_id, seen in queries.announcements(session, viewer, ids).items():
        until = seen.one.pinned_until
        found[post_id] = {
            "announcement": {
                "acknowledge": seen.one.acknowledge,
                "acknowledged_at": iso(seen.mine) if seen.mine else None,
                "acknowledged": seen.count if seen.author_id == viewer.id else None,
                "pinned_until": until.isoformat() if until else None,
            }
        }
    return found


def company_panel(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show what is kept on top for the company."""
    return _panel(session, viewer, None)


def group_panel(session: Session, viewer: Viewer, group: Group) -> str:
    """Show what is kept on top of a group."""
    return _panel(session, viewer, group.id)


def _panel(session: Session, viewer: Viewer, group_id: int | None) -> str:
    today = clock.now().astimezone(get_zone()).date()
    found = queries.on_top(session, viewer, today, group_id)
    return render_template("announcements/_panel.html", found=found) if found else ""
