"""What a person wrote and marked, in their own export; and what an erasure removes of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Inbox
from rse.core.events import emit
from rse.core.feature import Export
from rse.core.model import encode_id
from rse.feed import silencing
from rse.feed.events import PinChanged
from rse.feed.models import Acceptance, Bookmark, Closing, Comment, Mention, Pin, Post, Reaction, Revision
from rse.feed.reacting import counts


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the posts, comments, earlier versions, reactions and kept posts of a person."""
    yield from _written(session, "post", Post, person_id)
    yield from _written(session, "comment", Comment, person_id)
    yield from _silenced(session, person_id)
    for what, query in _marks(person_id):
        for object_id, value, at in session.execute(query):
            said = encode_id(value) if isinstance(value, int) else value
            yield {"what": what, "on": encode_id(object_id), "value": said, "at": at}


def _silenced(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    held = session.get(Inbox, person_id)
    for what, keys in ((held.silenced if held else None) or {}).items():
        for key in keys:
            yield {"what": f"left out: {what}", "value": encode_id(key) if isinstance(key, int) else key}


def _marks(person_id: int) -> list[tuple[str, Any]]:
    """Give what a person marked: (what, query of the object, a value and the time)."""
    columns: dict[str, tuple[Any, Any, Any]] = {
        "reaction": (Reaction, Reaction.object_id, Reaction.name),
        "kept": (Bookmark, Bookmark.post_id, Bookmark.post_id.label("post")),
        "mentioned": (Mention, Mention.object_id, Mention.kind),
        "accepted": (Acceptance, Acceptance.comment_id, Acceptance.post_id),
        "closed": (Closing, Closing.post_id, Closing.reason),
        "pinned": (Pin, Pin.post_id, Pin.group_id),
    }
    return [
        (what, select(about, value, model.at).where(model.person_id == person_id))
        for what, (model, about, value) in columns.items()
    ]


def _written(session: Session, kind: str, model: type[Any], person_id: int) -> Iterator[Mapping[str, Any]]:
    for found in session.scalars(select(model).where(model.author_id == person_id).order_by(model.at)):
        values = {"what": kind, "id": encode_id(found.id), "body": found.body, "at": found.at}
        yield values | {"title": getattr(found, "title", None), "deleted_at": found.deleted_at}
        earlier = select(Revision).where(Revision.kind == kind, Revision.object_id == found.id)
        for revision in session.scalars(earlier):
            yield {
                "what": f"earlier {kind}",
                "id": encode_id(found.id),
                "body": revision.body,
                "at": revision.at,
            }


def erase(session: Session, person_id: int) -> None:
    """Remove what a person marked, and the earlier versions of what they wrote.

    Their posts and comments stay, so that the answers of others keep their sense: they stand under the
    name that the account gets when it is erased.
    """
    reacted = session.execute(
        select(Reaction.kind, Reaction.object_id).where(Reaction.person_id == person_id)
    ).all()
    for model in (Reaction, Bookmark, Mention):
        session.execute(delete(model).where(model.person_id == person_id))
    silencing.forget(session, person_id)
    pins = session.execute(select(Pin.post_id, Pin.at).where(Pin.person_id == person_id)).all()
    for pin in pins:
        emit(session, PinChanged(pin.post_id, pin.at))
    for table in (Closing, Pin):  # what they decided for others stays, without them
        session.execute(update(table).where(table.person_id == person_id).values(person_id=None))
    _forget_revisions(session, person_id)
    for kind, object_id in {(row[0], row[1]) for row in reacted}:
        _recount(session, kind, object_id)


def _forget_revisions(session: Session, person_id: int) -> None:
    for kind, model in (("post", Post), ("comment", Comment)):
        own = select(model.id).where(model.author_id == person_id)
        session.execute(delete(Revision).where(Revision.kind == kind, Revision.object_id.in_(own)))


def _recount(session: Session, kind: str, object_id: int) -> None:
    model: type[Post | Comment] = Post if kind == "post" else Comment
    values = {"reactions": counts(session, kind, object_id), "version": model.version + 1}
    session.execute(update(model).where(model.id == object_id).values(values))


export = Export("feed", rows, erase)
