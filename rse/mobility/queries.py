"""Reads of internal mobility, each within who may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer
from rse.mobility import policy
from rse.mobility.models import Openness, OpennessReader

Position = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Own:
    """What the viewer is open to, and whom they show it."""

    ways: Sequence[str] = ()
    note: str = ""
    to_hr: bool = False
    readers: Sequence[Card] = ()
    at: datetime | None = None

    @property
    def said(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.ways or self.note)


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows the viewer."""

    person: Card
    ways: Sequence[str]
    note: str
    at: datetime

    @property
    def position(self) -> Position:
        """Give where a page goes on."""
        return self.at, self.person.id


def own(session: Session, viewer: Viewer) -> Own:
    """Give what the viewer is open to."""
    query = select(*COLUMNS, Openness.ways, Openness.note, Openness.to_hr, Openness.at).select_from(Openness)
    query = query.outerjoin(OpennessReader, OpennessReader.person_id == Openness.person_id)
    query = query.outerjoin(Person, Person.id == OpennessReader.reader_id)
    rows = session.execute(query.where(Openness.person_id == viewer.id).order_by(Person.sort_name)).all()
    if not rows:
        return Own()
    shown_to = [card_of(row) for row in rows if row.id is not None]
    return Own(rows[0].ways.split(), rows[0].note, rows[0].to_hr, shown_to, rows[0].at)


def _others(viewer: Viewer) -> Any:
    query = select(*COLUMNS, Openness.ways, Openness.note, Openness.at)
    query = query.join(Openness, Openness.person_id == Person.id)
    return query.where(policy.reads(viewer), Person.status == "active")


def of(session: Session, viewer: Viewer, person_id: int) -> Shown | None:
    """Give what a person shows the viewer; None is also what those get whom nothing is shown."""
    return next(iter(_shown(session, _others(viewer).where(Openness.person_id == person_id))), None)


def shown(
    session: Session, viewer: Viewer, way: str = "", after: Position | None = None, limit: int = 20
) -> list[Shown]:
    """Give who shows the viewer what they are open to, the latest first; one more than `limit`."""
    query = _others(viewer)
    if way:
        query = query.where((literal(" ") + Openness.ways + " ").contains(f" {way} "))
    if after is not None:
        query = query.where(tuple_(Openness.at, Openness.person_id) < after)
    order = query.order_by(Openness.at.desc(), Openness.person_id.desc())
    return _shown(session, order.limit(limit + 1))


def _shown(session: Session, query: Any) -> list[Shown]:
    return [Shown(card_of(row), row.ways.split(), row.note, row.at) for row in session.execute(query)]
