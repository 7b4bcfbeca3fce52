"""Reads of the random coffee: one's own seat and meetings, and two numbers of the whole company."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.coffee.models import CoffeeGuest, CoffeeMeeting, CoffeeSeat
from rse.coffee.pairing import Pair, Seat
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.groups.models import Group, Membership
from rse.people.models import Department, PersonSkill, Profile, Skill
from rse.people.queries import label

FEW = 5  # people, or meetings, below which no number is said
YEAR = timedelta(days=365)
LISTED = 30
STANDS = timedelta(days=14)  # a meeting is the present one so long
TOP = 2  # names of a department's path that make two people "from elsewhere"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as one of its people sees it: the others, and what they all share."""

    id: int
    drawn_on: date
    starts_at: datetime
    met: bool
    others: Sequence[Card]
    topic: str  # group, skill, or nothing
    shared: str  # its name


def seat(session: Session, person_id: int) -> CoffeeSeat | None:
    """Give the seat of somebody who takes part."""
    return session.get(CoffeeSeat, person_id)


def seats(session: Session, today: date) -> list[Seat]:
    """Give who can be drawn: active employees that have not paused, with what the draw goes by."""
    query = (
        select(CoffeeSeat.person_id, Department.path, Profile.languages)
        .join(Person, Person.id == CoffeeSeat.person_id)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .where(Person.status == "active", Person.kind == "employee")
        .where(or_(CoffeeSeat.paused_until.is_(None), CoffeeSeat.paused_until < today))
        .order_by(CoffeeSeat.person_id)
    )
    rows = session.execute(query).all()
    shares = _shares(session)
    return [
        Seat(
            row.person_id,
            " / ".join((row.path or "").split(" / ")[:TOP]),
            frozenset(row.languages or ()),
            frozenset(shares.get(row.person_id, ())),
        )
        for row in rows
    ]


def _shares(session: Session) -> dict[int, set[tuple[str, int]]]:
    """Give the groups and skills of everybody who takes part."""
    groups = (
        select(Membership.person_id, Membership.group_id)
        .join(CoffeeSeat, CoffeeSeat.person_id == Membership.person_id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.state == "active", Group.archived_at.is_(None))
    )
    skills = select(PersonSkill.person_id, PersonSkill.skill_id).join(
        CoffeeSeat, CoffeeSeat.person_id == PersonSkill.person_id
    )
    found: dict[int, set[tuple[str, int]]] = {}
    for what, query in (("group", groups), ("skill", skills)):
        for person_id, key in session.execute(query):
            found.setdefault(person_id, set()).add((what, key))
    return found


def met(session: Session) -> dict[Pair, int]:
    """Give how often two people were drawn together."""
    one, two = aliased(CoffeeGuest), aliased(CoffeeGuest)
    query = (
        select(one.person_id, two.person_id, func.count())
        .join(two, (two.meeting_id == one.meeting_id) & (two.person_id > one.person_id))
        .group_by(one.person_id, two.person_id)
    )
    return {frozenset((a, b)): number for a, b, number in session.execute(query)}


def last_draw(session: Session) -> date | None:
    """Give the day of the last draw."""
    return session.scalar(select(func.max(CoffeeMeeting.drawn_on)))


def _own(viewer: Viewer) -> Any:
    query = select(CoffeeMeeting).join(CoffeeGuest, CoffeeGuest.meeting_id == CoffeeMeeting.id)
    return query.where(CoffeeGuest.person_id == viewer.id)


def one(session: Session, viewer: Viewer, meeting_id: int) -> CoffeeMeeting:
    """Give a meeting that the viewer is of. Raises NotFound."""
    found: CoffeeMeeting | None = session.scalar(_own(viewer).where(CoffeeMeeting.id == meeting_id))
    if found is None:
        raise NotFound
    return found


def meetings(session: Session, viewer: Viewer, *, ids: Iterable[int] | None = None) -> list[Meeting]:
    """Give the viewer's own meetings, the last one first: three or four queries, however many they are."""
    query = _own(viewer)
    if ids is not None:
        query = query.where(CoffeeMeeting.id.in_(list(ids)))
    return _seen(session, viewer, query, LISTED)


def present(session: Session, viewer: Viewer) -> Meeting | None:
    """Give the meeting that the viewer is to have in these two weeks."""
    recent = _own(viewer).where(CoffeeMeeting.drawn_on > clock.now().date() - STANDS)
    return next(iter(_seen(session, viewer, recent, 1)), None)


def is_present(meeting: Meeting) -> bool:
    """Tell whether a meeting is of these two weeks."""
    return meeting.drawn_on > clock.now().date() - STANDS


def _seen(session: Session, viewer: Viewer, query: Any, limit: int) -> list[Meeting]:
    newest = query.order_by(CoffeeMeeting.drawn_on.desc(), CoffeeMeeting.id.desc()).limit(limit)
    rows = session.scalars(newest).all()
    others = _others(session, viewer, [row.id for row in rows])
    people = {row.id: {viewer.id, *(card.id for card in others.get(row.id, ()))} for row in rows}
    named = _named(session, rows, set().union(*people.values()))
    found = []
    for row in rows:
        name, holders = named.get((row.topic, row.topic_id), ("", set()))
        shared = (row.topic, name) if name and people[row.id] <= holders else ("", "")
        found.append(Meeting(row.id, row.drawn_on, row.starts_at, row.met, others.get(row.id, ()), *shared))
    return found


def _others(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, list[Card]]:
    query = select(CoffeeGuest.meeting_id, *COLUMNS).join(Person, Person.id == CoffeeGuest.person_id)
    query = query.where(CoffeeGuest.meeting_id.in_(ids), CoffeeGuest.person_id != viewer.id)
    found: dict[int, list[Card]] = {}
    for row in session.execute(query.order_by(Person.sort_name)):
        found.setdefault(row.meeting_id, []).append(card_of(row[1:]))
    return found


def _named(
    session: Session, rows: Sequence[CoffeeMeeting], people: Collection[int]
) -> dict[tuple[str, int | None], tuple[str, set[int]]]:
    """Give the name of each topic and who of these people still has it."""
    topics: dict[str, set[int]] = {"group": set(), "skill": set()}
    for row in rows:
        if row.topic in topics and row.topic_id is not None:
            topics[row.topic].add(row.topic_id)
    found: dict[tuple[str, int | None], tuple[str, set[int]]] = {}
    if topics["group"]:
        members = select(Group.id, Group.name, Membership.person_id)
        members = members.join(Membership, Membership.group_id == Group.id).where(
            Group.id.in_(topics["group"]), Membership.person_id.in_(people), Membership.state == "active"
        )
        for key, name, person_id in session.execute(members):
            found.setdefault(("group", key), (name, set()))[1].add(person_id)
    if topics["skill"]:
        holders = select(Skill.id, Skill.label_fr, Skill.label_en, PersonSkill.person_id)
        holders = holders.join(PersonSkill, PersonSkill.skill_id == Skill.id).where(
            Skill.id.in_(topics["skill"]), PersonSkill.person_id.in_(people)
        )
        for key, fr, en, person_id in session.execute(holders):
            found.setdefault(("skill", key), (label(fr, en), set()))[1].add(person_id)
    return found


def taking_part(session: Session) -> int | None:
    """Give how many people take part; nothing for a few."""
    number = session.scalar(select(func.count()).select_from(CoffeeSeat)) or 0
    return number if number >= FEW else None


def happened(session: Session) -> int | None:
    """Give how many meetings of the last year happened, in the whole company; nothing for a few."""
    query = select(func.count()).where(CoffeeMeeting.met, CoffeeMeeting.drawn_on > clock.now().date() - YEAR)
    number = session.scalar(query) or 0
    return number if number >= FEW else None
