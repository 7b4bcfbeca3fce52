"""What a shared post puts into its card and into the API: the quoted one, for who may read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.core.render import iso
from rse.feed.documents import person
from rse.sharing import queries


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render what is quoted, or that it is not there for this viewer."""
    found = queries.originals(session, viewer, ids)
    return {
        post_id: render_template("sharing/_part.html", post_id=post_id, one=found.get(post_id))
        for post_id in ids
    }


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write what is quoted."""
    found = queries.originals(session, viewer, ids)
    return {post_id: {"original": _written(found.get(post_id))} for post_id in ids}


def _written(one: queries.Original | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "id": encode_id(one.id),
        "title": one.title or None,
        "excerpt": one.text,
        "author": person(one.author),
        "group": one.group or None,
        "created_at": iso(one.at),
    }
