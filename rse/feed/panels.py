"""What the feed shows on pages of features below it: a group's posts, a person's latest contributions."""

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.feed import composing, pinning, timeline, week
from rse.feed.views import PAGE, before, listed
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.groups.template_views import begun

LATEST = 5


def group_feed(session: Session, viewer: Viewer, group: Group) -> str:
    """Show the posts of a group that the viewer may read, with the composer for those who may publish."""
    entries = timeline.of_group(session, viewer, group.id, before=before(), limit=PAGE)
    moderated = composing.moderated(groups.mine(viewer))
    values: dict[str, Any] = listed(
        entries,
        lambda cursor: url_for(request.endpoint or "", **request.view_args or {}, cursor=cursor),
        moderated,
    )
    if "cursor" not in request.args:
        values["pinned"] = pinning.pinned(session, viewer, group.id)
        found = composing.composer(session, viewer, [], form=begun(session, group), group=group)
        values["composer"] = composing.render(viewer, found)
    return render_template("feed/_panel_group.html", group_id=encode_id(group.id), **values)


def person_latest(session: Session, viewer: Viewer, subject: Any) -> str:
    """Show the latest posts of a person that the viewer may read; `subject` has an `id`."""
    person_id = subject if isinstance(subject, int) else subject.id
    entries = timeline.of_person(session, viewer, person_id, before=before(), limit=LATEST)[:LATEST]
    moderated = composing.moderated(groups.mine(viewer)) if entries else frozenset()
    values = listed(entries, lambda _cursor: "", moderated)
    return render_template("feed/_panel_person.html", own=person_id == viewer.id, **values)


def questions(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show questions that wait for an answer beside the home feed."""
    found = week.waiting(session, viewer)
    return render_template("feed/_panel_questions.html", questions=found) if found else ""


def own_week(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show the viewer's own week beside the home feed."""
    found = week.week(session, viewer)
    return render_template("feed/_panel_week.html", week=found) if found else ""
