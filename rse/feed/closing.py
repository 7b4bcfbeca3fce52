"""Closing a discussion: it is read as before and takes no more comments; who closed it and why is said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Refused, require
from rse.feed import policy, queries
from rse.feed.events import PostChanged
from rse.feed.models import Closing


@dataclass(frozen=True, slots=True)
class Closed:
    """Who closed a discussion, when and why."""

    name: str
    at: datetime
    reason: str


def closed(session: Session, post_id: int) -> Closed | None:
    """Tell who closed a discussion; None while it is open. One query."""
    query = select(Person.display_name, Closing.at, Closing.reason).select_from(Closing)
    query = query.outerjoin(Person, Person.id == Closing.person_id).where(Closing.post_id == post_id)
    row = session.execute(query).first()
    return Closed(row[0] or _("Somebody"), row[1], row[2]) if row else None


def require_talk(session: Session, post_id: int) -> None:
    """Raise Refused where a discussion is closed."""
    found = closed(session, post_id)
    if found is not None:
        said = _("%(name)s has closed this discussion.", name=found.name)
        raise Refused(Action.COMMENT, f"{said} {found.reason}".strip())


def close(session: Session, viewer: Viewer, post_id: int, *, reason: str = "") -> None:
    """Close a discussion; doing so again changes the reason. Raises Refused. Flushes."""
    _change(session, viewer, post_id)
    held = session.get(Closing, post_id)
    if held is None:
        session.add(Closing(post_id=post_id, person_id=viewer.id, reason=reason, at=clock.now()))
    else:
        held.person_id, held.reason, held.at = viewer.id, reason, clock.now()
    session.flush()


def reopen(session: Session, viewer: Viewer, post_id: int) -> None:
    """Let people comment again. Raises Refused. Flushes."""
    _change(session, viewer, post_id)
    held = session.get(Closing, post_id)
    if held is not None:
        session.delete(held)
        session.flush()


def _change(session: Session, viewer: Viewer, post_id: int) -> None:
    post = queries.post(session, viewer, post_id, lock=True)
    group, tie = queries.place(session, viewer, post.group_id)
    may = policy.may_steer(viewer, post, tie) and policy.is_open(group)
    require(may, Action.CLOSE, _("Its author or the moderators close a discussion."))
    post.version += 1
    session.flush()
    emit(session, PostChanged(post.id, post.at))
