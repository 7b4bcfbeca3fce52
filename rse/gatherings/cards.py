"""What an event puts into its card, its page and the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.core.render import iso
from rse.gatherings import queries


def _render(post_id: int, seen: queries.Seen, **more: Any) -> str:
    values = {"post_id": post_id, "seen": seen, "one": seen.one, "over": seen.one.ends_at <= clock.now()}
    return render_template("gatherings/_part.html", csrf_token=csrf_token(), **values, **more)


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render when and where, and whether one comes."""
    return {i: _render(i, seen) for i, seen in queries.gatherings(session, viewer, ids).items()}


def whole(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render the same with who comes, for the post's own page."""
    found = queries.gatherings(session, viewer, ids)
    return {i: _render(i, seen, people=queries.who_comes(session, i)) for i, seen in found.items()}


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write when and where, how many come, and what the viewer has said."""
    return {
        i: {
            "event": {
                "starts_at": iso(seen.one.starts_at),
                "ends_at": iso(seen.one.ends_at),
                "place": seen.one.place,
                "link": seen.one.link,
                "coming": seen.coming,
                "mine": seen.mine or None,
            }
        }
        for i, seen in queries.gatherings(session, viewer, ids).items()
    }
