"""What thanks put into their card, into a profile and into the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.feed.documents import person
from rse.recognition import queries


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render whom each post thanks, and for what."""
    return {
        post_id: render_template("recognition/_part.html", post_id=post_id, one=one)
        for post_id, one in queries.thanks(session, viewer, ids).items()
    }


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write whom each post thanks, and for what."""
    return {
        post_id: {"recipients": [person(card) for card in one.people], "skill": one.skill or None}
        for post_id, one in queries.thanks(session, viewer, ids).items()
    }


def panel(session: Session, viewer: Viewer, subject: Any) -> str:
    """Show the latest thanks to a person, without any count."""
    person_id = subject if isinstance(subject, int) else subject.id
    found = queries.received(session, viewer, person_id)
    return render_template("recognition/_panel.html", found=found) if found else ""
