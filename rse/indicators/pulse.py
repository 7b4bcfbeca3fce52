"""The pulse: one question, twice a year, to a random half; the answers cannot be tied to those who gave them.

As in a secret poll there are counters, and beside them who has answered: no time, no order, no answer. The
counters are of the cells of the partition, not of small departments; nothing is published before its end.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import SystemRandom
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.audience import Viewer
from rse.core.company import Remembered
from rse.core.i18n import _, lazy
from rse.core.policy import Action, NotFound, require
from rse.indicators import pauses
from rse.indicators.models import CellDepartment, CutCell, PulseAsked, PulseCount, PulseWave, quarter
from rse.people.models import Profile

ANSWERS = {
    "very": lazy("I would miss it a lot"),
    "somewhat": lazy("I would miss it a little"),
    "not": lazy("I would not miss it"),
    "na": lazy("I do not use it"),
}
MONTHS = (3, 10)  # a wave begins on the first Monday of March and of October, or in the week after
OPEN = timedelta(days=14)
GRACE = timedelta(days=7)
APART = timedelta(days=60)
NOWHERE = 0
SECONDS = 300.0  # until a process notices that a wave has begun


@dataclass(frozen=True)
class Standing:
    """How a viewer stands to the wave that is open."""

    day: date
    closes: date
    asked: bool
    answered: bool


def _latest(session: Session) -> tuple[date, date] | None:
    row = session.execute(
        select(PulseWave.day, PulseWave.closes).order_by(PulseWave.day.desc()).limit(1)
    ).first()
    return None if row is None else (row.day, row.closes)


waves = Remembered(_latest, SECONDS)


def due(session: Session, today: date) -> bool:
    """Tell whether a wave shall begin today."""
    monday = next(d for d in (today.replace(day=n) for n in range(1, 8)) if d.weekday() == 0)
    if today.month not in MONTHS or not monday <= today < monday + GRACE or pauses.pulse_off(session):
        return False
    last = session.scalar(select(func.max(PulseWave.day)))
    return last is None or today - last > APART


def begin(session: Session, today: date, floor: int) -> int:
    """Ask a random half of the employees, active or not. Returns how many; 0 where they would be too few."""
    teams = _teams(session, today)
    drawn = sorted(SystemRandom().sample(sorted(teams), len(teams) // 2))
    if len(drawn) < floor:
        return 0
    session.execute(insert(PulseWave).values(day=today, closes=today + OPEN))
    asked = [{"day": today, "person_id": person, "team_id": teams[person]} for person in drawn]
    session.execute(insert(PulseAsked), [row | {"answered": False} for row in asked])
    places = sorted({teams[person] for person in drawn})
    counts = [
        {"day": today, "team_id": team, "answer": answer, "n": 0} for team in places for answer in ANSWERS
    ]
    session.execute(insert(PulseCount), counts)
    waves.forget(session)
    return len(drawn)


def _teams(session: Session, today: date) -> dict[int, int]:
    """Give the employees with a department that stands for their cell, 0 for those in none."""
    cells = select(CellDepartment.department_id, CellDepartment.cell_id).join(
        CutCell, CutCell.cell_id == CellDepartment.cell_id
    )
    of = {
        row.department_id: row.cell_id
        for row in session.execute(cells.where(CutCell.quarter == quarter(today)))
    }
    stands: dict[int, int] = {}
    for department, cell in sorted(of.items()):
        stands.setdefault(cell, department)
    query = select(Person.id, Profile.department_id).outerjoin(Profile, Profile.person_id == Person.id)
    query = query.where(Person.kind == "employee", Person.status == "active")
    query = query.where(Person.site.not_in(pauses.sites(session)))
    return {
        row.id: stands[of[row.department_id]] if row.department_id in of else NOWHERE
        for row in session.execute(query)
    }


# By engine: the day of a wave, and who was not asked in it or has answered, as far as this process has seen.
_settled: WeakKeyDictionary[Any, tuple[date | None, set[int]]] = WeakKeyDictionary()


def standing(session: Session, viewer: Viewer, today: date) -> Standing | None:
    """Give how the viewer stands to the open wave, None where none is. Costs nothing between two waves."""
    wave = None if pauses.pulse_off(session) else waves.get(session)
    if wave is None or not wave[0] <= today < wave[1] or not viewer.is_employee:
        return None
    mine = select(PulseAsked.answered).where(PulseAsked.day == wave[0], PulseAsked.person_id == viewer.id)
    answered = session.scalar(mine)
    return Standing(*wave, answered is not None, bool(answered))


def waits(session: Session, viewer: Viewer, today: date) -> bool:
    """Tell whether the question waits for the viewer; it is asked of every page, so a no is remembered."""
    wave = None if pauses.pulse_off(session) else waves.get(session)
    if wave is None:
        return False
    day, settled = _settled.get(session.get_bind(), (None, set[int]()))
    if day != wave[0]:
        settled = set()
        _settled[session.get_bind()] = (wave[0], settled)
    if viewer.id in settled:
        return False
    here = standing(session, viewer, today)
    waiting = here is not None and here.asked and not here.answered
    if here is not None and not waiting:
        settled.add(viewer.id)
    return waiting


def answer(session: Session, viewer: Viewer, today: date, given: str) -> None:
    """Count an answer. Raises NotFound for who was not asked, Refused for who has answered."""
    here = standing(session, viewer, today)
    if here is None or not here.asked:
        raise NotFound
    own = (PulseAsked.day == here.day, PulseAsked.person_id == viewer.id)
    team = session.scalar(select(PulseAsked.team_id).where(*own))
    marked = session.execute(update(PulseAsked).where(*own, ~PulseAsked.answered).values(answered=True))
    again = not getattr(marked, "rowcount", 0)
    require(not again, Action.VOTE, _("You have answered. An answer that is nobody's cannot be taken back."))
    counter = (PulseCount.day == here.day, PulseCount.team_id == team, PulseCount.answer == given)
    session.execute(update(PulseCount).where(*counter).values(n=PulseCount.n + 1))


def forget(session: Session, person_id: int) -> None:
    """Remove that a person was asked; the counters are nobody's and stay."""
    session.execute(delete(PulseAsked).where(PulseAsked.person_id == person_id))
