"""Writes of drafts: keeping, scheduling, publishing. They never commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rse.core import clock, kinds
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import errors_of
from rse.drafts import queries
from rse.drafts.events import DraftGone, PublishingFailed
from rse.drafts.models import Draft, DraftReader, DraftRemark
from rse.feed import attaching, policy
from rse.feed.events import PostPublished
from rse.feed.models import Post
from rse.feed.schemas import of_kind
from rse.groups import queries as groups

MOST = 100  # drafts of one person
LENGTH = 40_000  # characters of one
FAR = timedelta(days=366)
Fields = dict[str, str | list[str]]


def clean(given: Mapping[str, Sequence[str]]) -> Fields:
    """Keep what a composer sent: texts by the names of fields that some kind of post takes."""
    known = {"kind", "title", "body", "group", "tags", "attachments"}
    for kind in kinds.known().values():
        known |= set(kind.schema.model_fields) if kind.schema else set()
    found: Fields = {}
    for name, values in given.items():
        said = [value.replace("\x00", "") for value in values]
        if name in known and any(value.strip() for value in said):
            found[name] = said if len(said) > 1 else said[0]
    if sum(len(str(value)) for value in found.values()) > LENGTH:
        raise Invalid(body=_("This is too long to be kept."))
    return found


def is_empty(fields: Fields) -> bool:
    """Tell whether there is nothing to keep: a kind and a place alone are no draft."""
    return not any(fields.get(name) for name in fields.keys() - {"kind", "group", "results"})


def is_unsigned(fields: Fields) -> bool:
    """Tell whether it is to be published without a name: then nothing of it is kept with one."""
    return kinds.of(str(fields.get("kind", ""))).unsigned(SimpleNamespace(**fields))


def keep(session: Session, viewer: Viewer, place: str, fields: Fields) -> Draft | None:
    """Keep the draft of a place, in the place of the one before; nothing written forgets it. Flushes."""
    held = queries.of_place(session, viewer, place)
    if is_empty(fields) or is_unsigned(fields):
        if held is not None:
            session.delete(held)
            session.flush()
        return None
    if held is None:
        _require_room(session, viewer)
        held = Draft(person_id=viewer.id, slot=queries.slot_of(viewer, place))
        session.add(held)
    held.fields, held.updated_at = fields, clock.now()
    session.flush()
    return held


def _require_room(session: Session, viewer: Viewer) -> None:
    number = select(func.count()).select_from(Draft).where(Draft.person_id == viewer.id)
    if (session.scalar(number) or 0) >= MOST:
        raise Invalid(body=_("You have kept many drafts: publish or delete some of them first."))


def _require_signed(fields: Fields) -> None:
    if is_unsigned(fields):
        raise Invalid(
            body=_("An idea without your name is not kept on the server with your name: publish it now.")
        )


def put_aside(session: Session, viewer: Viewer, fields: Fields) -> Draft:
    """Keep what was written as a draft of its own: the composer begins anew. Raises Invalid. Flushes."""
    if is_empty(fields):
        raise Invalid(body=_("Write something first."))
    _require_signed(fields)
    _require_room(session, viewer)
    made = Draft(person_id=viewer.id, slot=None, fields=fields, updated_at=clock.now())
    session.add(made)
    session.flush()
    return made


def change(session: Session, viewer: Viewer, draft_id: int, fields: Fields) -> Draft:
    """Change a draft, or what is scheduled. Raises NotFound. Flushes."""
    found = queries.draft(session, viewer, draft_id, lock=True)
    _require_signed(fields)
    found.fields, found.updated_at, found.problem = fields, clock.now(), ""
    session.flush()
    return found


def schedule(session: Session, viewer: Viewer, draft_id: int, publish_at: datetime) -> Draft:
    """Have a draft published at a time; what would be refused now is refused. Raises Invalid. Flushes."""
    found = queries.draft(session, viewer, draft_id, lock=True)
    at = publish_at if publish_at.tzinfo else publish_at.replace(tzinfo=ZoneInfo(viewer.timezone))
    now = clock.now()
    if not now < at <= now + FAR:
        raise Invalid(publish_at=_("Choose a moment that is to come, within a year."))
    check(session, viewer, found.fields)
    found.publish_at, found.slot, found.problem, found.updated_at = at, None, "", now
    session.flush()
    return found


def unschedule(session: Session, viewer: Viewer, draft_id: int) -> Draft:
    """Let a scheduled post be a draft again. Flushes."""
    found = queries.draft(session, viewer, draft_id, lock=True)
    found.publish_at = None
    session.flush()
    return found


def discard(session: Session, viewer: Viewer, draft_id: int) -> None:
    """Delete a draft. Raises NotFound. Flushes."""
    session.delete(queries.draft(session, viewer, draft_id, lock=True))
    session.flush()
    emit(session, DraftGone(draft_id))


def read(fields: Mapping[str, Any]) -> Any:
    """Check the fields of a draft as those of a new post. Raises Invalid with the errors per field."""
    schema = of_kind(str(fields.get("kind") or kinds.USUAL))
    data: dict[str, Any] = {}
    for name, value in fields.items():
        field = schema.model_fields.get(name)
        if field is None:
            continue
        many = "list" in str(field.annotation)
        values = [v for v in (value if isinstance(value, list) else [value]) if v.strip()]
        data[name] = values if many else value if isinstance(value, str) else value[-1]
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        failed = Invalid()
        failed.errors = errors_of(error)
        raise failed from error


def check(session: Session, viewer: Viewer, fields: Mapping[str, Any]) -> None:
    """Raise Invalid or NotFound for what could not be published now: a field, the place, the right to write.

    What a kind checks itself (its quota, its dates) is looked at when it is published.
    """
    given = read(fields)
    group = groups.find(session, viewer, given.group) if given.group else None
    tie = groups.membership(session, group.id, viewer.id) if group else None
    if not policy.may_publish(viewer, group, tie):
        raise Invalid(group=_("You cannot publish there."))


def publish(session: Session, viewer: Viewer, draft_id: int) -> Post:
    """Publish a draft now, with the viewer's rights as they are. Raises as publishing does. Flushes."""
    found = queries.draft(session, viewer, draft_id, lock=True)
    given = read(found.fields)
    group = groups.find(session, viewer, given.group) if given.group else None
    post = attaching.publish(session, viewer, given, group)
    session.delete(found)
    session.flush()
    emit(session, DraftGone(draft_id))
    return post


def why_not(error: Invalid | Refused | NotFound) -> str:
    """Say why a post could not be published."""
    if isinstance(error, Invalid):
        return "; ".join(str(text) for texts in error.errors.values() for text in texts)
    return error.reason if isinstance(error, Refused) else _("The group is not there for you any more.")


def fail(session: Session, draft_id: int, why: str) -> None:
    """Keep what could not be published as a draft, and tell its writer why. Flushes."""
    found = session.get_one(Draft, draft_id)
    found.publish_at, found.problem, found.updated_at = None, why[:300], clock.now()
    session.flush()
    emit(session, PublishingFailed(found.id, found.person_id, found.updated_at))


def forget_published(session: Session, events: Sequence[PostPublished]) -> None:
    """Forget the draft of a place whose text has just been published from it."""
    for event in events:
        post = session.get(Post, event.post_id)
        slots = select(Draft).where(Draft.person_id == event.author_id, Draft.slot.is_not(None))
        for held in session.scalars(slots) if post is not None else ():
            if post is not None and str(held.fields.get("body", "")).split() == post.body.split():
                session.delete(held)
        session.flush()


def forget(session: Session, person_id: int) -> None:
    """Delete the drafts of a person, and what they said about those of others."""
    session.execute(delete(Draft).where(Draft.person_id == person_id))
    session.execute(delete(DraftReader).where(DraftReader.person_id == person_id))
    session.execute(delete(DraftRemark).where(DraftRemark.author_id == person_id))
