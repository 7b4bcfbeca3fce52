"""A draft read by one or two others before it goes out: asked, read, commented, ended. Never commits.

Who reads a draft is its writer and whoever stands in its list of readers: a list of its own, since nothing
else is read by it. It is in no search and no figure, and ends when the draft is published or deleted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core import clock, text
from rse.core.audience import Viewer, readable_people
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid, NotFound
from rse.drafts import queries
from rse.drafts.events import DraftAnswered, ReadingAsked, ReadingEnded
from rse.drafts.models import Draft, DraftReader, DraftRemark

MOST_READERS = 2
MOST_REMARKS = 100
LENGTH = 4000  # characters of a remark


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who was asked."""

    card: Card
    asked_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said, and by whom."""

    id: int
    card: Card
    body: str
    body_html: str
    at: datetime


def names_of(said: str) -> list[str]:
    """Take names apart that came in one field, without their @."""
    names = [name.lstrip("@").lower() for name in re.split(r"[\s,;]+", said) if name.strip("@")]
    return list(dict.fromkeys(names))


def ask(session: Session, viewer: Viewer, draft_id: int, names: Sequence[str]) -> Draft:
    """Ask people, by login or id, to read a draft of one's own. Raises NotFound, Invalid. Flushes.

    It is not the draft of a place any more: the composer there begins anew, and does not write over it.
    """
    found = queries.draft(session, viewer, draft_id, lock=True)
    people = _people(session, viewer, names)
    asked = {reader.card.id for reader in readers(session, draft_id)}
    fresh = [person_id for person_id in people if person_id not in asked]
    if len(asked) + len(fresh) > MOST_READERS:
        raise Invalid(readers=_("Two readers at most: a draft is for those whom one trusts."))
    now = clock.now()
    session.add_all(DraftReader(draft_id=draft_id, person_id=one, asked_at=now) for one in fresh)
    found.slot = None
    session.flush()
    for one in fresh:
        emit(session, ReadingAsked(draft_id, one, viewer.id, now))
    return found


def _people(session: Session, viewer: Viewer, names: Sequence[str]) -> list[int]:
    if not names:
        raise Invalid(readers=_("Say who shall read it: their @names."))
    ids = [number for name in names if (number := _number(name)) is not None]
    query = select(Person.id, Person.uid).where(
        or_(func.lower(Person.uid).in_(names), Person.id.in_(ids)),
        Person.status == "active",
        Person.kind != "service",
        readable_people(Person.audience, Person.id, viewer),
    )
    rows = session.execute(query.order_by(Person.id)).all()
    known = {row.uid.lower() for row in rows} | {row.id for row in rows}
    unknown = [name for name in names if name not in known and _number(name) not in known]
    if unknown:
        raise Invalid(readers=_("Nobody is known by %(names)s.", names=", ".join(unknown)))
    if any(row.id == viewer.id for row in rows):
        raise Invalid(readers=_("You read it already: ask somebody else."))
    return [row.id for row in rows]


def _number(name: str) -> int | None:
    try:
        return decode_id(name)
    except ValueError:
        return None


def readers(session: Session, draft_id: int) -> list[Reader]:
    """Give who was asked to read a draft, in order. The caller has seen that the viewer reads it."""
    return readers_of(session, [draft_id]).get(draft_id, [])


def readers_of(session: Session, ids: Sequence[int]) -> dict[int, list[Reader]]:
    """Give the same of several drafts, in one query."""
    query = select(*COLUMNS, DraftReader.draft_id, DraftReader.asked_at, DraftReader.read_at)
    query = query.join(DraftReader, DraftReader.person_id == Person.id).where(DraftReader.draft_id.in_(ids))
    found: dict[int, list[Reader]] = {}
    for row in session.execute(query.order_by(DraftReader.asked_at, Person.id)):
        found.setdefault(row.draft_id, []).append(Reader(card_of(row), row.asked_at, row.read_at))
    return found


def remarks(session: Session, draft_id: int) -> list[Remark]:
    """Give what was said about a draft, the first one first. The caller has seen that the viewer reads it."""
    query = select(
        *COLUMNS, DraftRemark.id.label("remark_id"), DraftRemark.body, DraftRemark.body_html, DraftRemark.at
    )
    query = query.join(DraftRemark, DraftRemark.author_id == Person.id).order_by(DraftRemark.id)
    rows = session.execute(query.where(DraftRemark.draft_id == draft_id))
    return [Remark(row.remark_id, card_of(row), row.body, row.body_html, row.at) for row in rows]


def _asked_of(viewer: Viewer) -> Any:
    """Give the query of the drafts that others have asked somebody to read, and who these are."""
    query = select(*COLUMNS, Draft, DraftReader.asked_at, DraftReader.read_at)
    query = query.join(DraftReader, DraftReader.draft_id == Draft.id).join(
        Person, Person.id == Draft.person_id
    )
    return query.where(DraftReader.person_id == viewer.id, Person.status == "active")


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft that somebody was asked to read, and its writer."""

    draft: Draft
    writer: Card
    asked_at: datetime
    read_at: datetime | None


def asked(session: Session, viewer: Viewer) -> list[Asked]:
    """Give the drafts that others have asked one to read, the last one first."""
    rows = session.execute(_asked_of(viewer).order_by(DraftReader.asked_at.desc(), Draft.id).limit(100))
    return [Asked(row.Draft, card_of(row), row.asked_at, row.read_at) for row in rows]


def to_read(session: Session, viewer: Viewer, draft_id: int) -> Asked:
    """Give a draft that one was asked to read. Raises NotFound."""
    row = session.execute(_asked_of(viewer).where(Draft.id == draft_id)).first()
    if row is None:
        raise NotFound
    return Asked(row.Draft, card_of(row), row.asked_at, row.read_at)


def reads(session: Session, viewer: Viewer, draft_id: int) -> bool:
    """Tell whether a draft is one's own (True) or another's that one was asked to read. Raises NotFound."""
    mine = select(Draft.id).where(Draft.id == draft_id, Draft.person_id == viewer.id)
    if session.scalar(mine) is not None:
        return True
    to_read(session, viewer, draft_id)
    return False


def remark(session: Session, viewer: Viewer, draft_id: int, body: str) -> DraftRemark:
    """Say something about a draft that one reads. Raises NotFound, Invalid. Flushes."""
    reads(session, viewer, draft_id)
    if not body.strip():
        raise Invalid(body=_("Write something first."))
    if len(body) > LENGTH:
        raise Invalid(body=_("This is too long to be kept."))
    number = select(func.count()).where(DraftRemark.draft_id == draft_id)
    if (session.scalar(number) or 0) >= MOST_REMARKS:
        raise Invalid(body=_("Much was said about this draft already: talk to each other."))
    made = DraftRemark(
        draft_id=draft_id, author_id=viewer.id, body=body, body_html=text.render(body), at=clock.now()
    )
    session.add(made)
    session.flush()
    emit(session, DraftAnswered(draft_id, viewer.id, made.id, made.at))
    return made


def finish(session: Session, viewer: Viewer, draft_id: int) -> None:
    """Tell the writer that one has read a draft; once is enough. Raises NotFound. Flushes."""
    to_read(session, viewer, draft_id)
    row = session.get_one(DraftReader, (draft_id, viewer.id))
    if row.read_at is None:
        row.read_at = clock.now()
        session.flush()
        emit(session, DraftAnswered(draft_id, viewer.id, None, row.read_at))


def end(session: Session, viewer: Viewer, draft_id: int, person_id: int) -> None:
    """Take a draft of one's own from a reader, or hand back one that one was asked to read. Flushes.

    Raises NotFound. What they have said stays with the writer.
    """
    if not reads(session, viewer, draft_id) and person_id != viewer.id:
        raise NotFound
    gone = delete(DraftReader).where(DraftReader.draft_id == draft_id, DraftReader.person_id == person_id)
    if not getattr(session.execute(gone), "rowcount", 0):
        raise NotFound
    session.flush()
    emit(session, ReadingEnded(draft_id, person_id))
