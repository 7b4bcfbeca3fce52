"""The formulas: each is one SQL statement over the roll-ups, and one for the people that it describes.

Every statement gives rows by cell, the company (cell 0) among them. Sources: INDICATORS section 3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union,
    union_all,
)

from rse.indicators.engine.masking import mask
from rse.indicators.engine.models import CONTRIBUTOR, REACTOR, Act, Pair, Place, Population, Thread
from rse.indicators.engine.windows import ANSWER_HOURS, HOUR, Windows, micros
from rse.indicators.models import COMPANY, NOWHERE

Figures = dict[str, Any]
Statement = Select[Any]
DIGITS = 6
ASKED = ("question", "discussion", "idea")
NEVER = 2**62  # microseconds: later than any reply


@dataclass(frozen=True)
class Formula:
    """One indicator: its statements, and what is read and told of a row of numbers."""

    code: str
    values: Callable[[Windows], Statement]  # (cell, numbers...)
    bases: Callable[[Windows], Statement]  # (cell, person)
    internal: Callable[[Mapping[str, Any], bool], Figures]  # (numbers, of the company?)
    published: Callable[[Mapping[str, Any], Figures, int, bool], Figures]  # (.., internal, base, company?)


def ratio(part: Any, whole: Any) -> float | None:
    """Give a share with 6 decimals, None of nothing."""
    return round(int(part or 0) / int(whole), DIGITS) if whole else None


def _scope() -> Subquery:
    """Give everyone employed on the day, once in the company and once in their own cell."""
    own = select(Population.person_id, Population.cell_id.label("cell"))
    everyone = select(Population.person_id, literal(COMPANY).label("cell"))
    return union_all(everyone, own).subquery("scope")


def _population_bases(_windows: Windows) -> Statement:
    scope = _scope()
    return select(scope.c.cell, scope.c.person_id.label("person"))


def _activity(windows: Windows) -> Statement:
    scope = _scope()
    days = Act.day.between(windows.first_day(28), windows.as_of)
    active = select(Act.person_id).where(days).distinct().subquery("active")
    return (
        select(scope.c.cell, func.count().label("n"), func.count(active.c.person_id).label("active"))
        .select_from(scope.outerjoin(active, active.c.person_id == scope.c.person_id))
        .group_by(scope.c.cell)
    )


def _ladder(windows: Windows) -> Statement:
    scope = _scope()
    rung = case((Act.bits.bitwise_and(CONTRIBUTOR) > 0, 3), (Act.bits.bitwise_and(REACTOR) > 0, 2), else_=1)
    days = Act.day.between(windows.first_day(28), windows.as_of)
    ranked = select(Act.person_id, func.max(rung).label("rung")).where(days)
    best = ranked.group_by(Act.person_id).subquery("best")
    return (
        select(
            scope.c.cell,
            func.count().label("n"),
            *(_count(best.c.rung == value).label(name) for name, value in RUNGS.items()),
        )
        .select_from(scope.outerjoin(best, best.c.person_id == scope.c.person_id))
        .group_by(scope.c.cell)
    )


RUNGS = {"contributors": 3, "reactors": 2, "readers": 1}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _cohort(windows: Windows) -> Subquery:
    """Give the posts that ask for an answer, in the company and in the cell of their author that day."""
    start, end = windows.cohort(28, ANSWER_HOURS)
    reply_by = Thread.at + ANSWER_HOURS * HOUR
    wait = case((Thread.first_reply_at < reply_by, Thread.first_reply_at - Thread.at), else_=null())
    when = and_(Thread.kind.in_(ASKED), Thread.at >= micros(start), Thread.at < micros(end))
    columns = (Thread.author_id.label("person"), func.coalesce(wait, NEVER).label("wait"))
    own = (
        select(func.coalesce(Place.cell_id, NOWHERE).label("cell"), *columns)
        .select_from(Thread)
        .outerjoin(Place, Place.team_id == Thread.team_id)
        .where(when)
    )
    return union_all(select(literal(COMPANY).label("cell"), *columns).where(when), own).subquery("cohort")


def _cohort_bases(windows: Windows) -> Statement:
    cohort = _cohort(windows)
    return select(cohort.c.cell, cohort.c.person).distinct()


def _answered(windows: Windows) -> Statement:
    cohort = _cohort(windows)
    answered = _count(cohort.c.wait < NEVER).label("answered")
    return select(cohort.c.cell, func.count().label("posts"), answered).group_by(cohort.c.cell)


def _median(windows: Windows) -> Statement:
    cohort = _cohort(windows)
    place = func.row_number().over(partition_by=cohort.c.cell, order_by=cohort.c.wait).label("place")
    n = func.count().over(partition_by=cohort.c.cell).label("n")
    ranked = select(cohort.c.cell, cohort.c.wait, place, n).subquery("ranked")
    middle = ranked.c.place.in_([(ranked.c.n + 1) // 2, (ranked.c.n + 2) // 2])
    low, high = func.min(ranked.c.wait).label("low"), func.max(ranked.c.wait).label("high")
    return select(ranked.c.cell, low, high).where(middle).group_by(ranked.c.cell)


def _ties(windows: Windows) -> Subquery:
    """Give the pairs of present colleagues, in the cells of the teams that they had when they last met."""
    days = Pair.day.between(windows.first_day(90), windows.as_of)
    one, two = Population.__table__.alias("one"), Population.__table__.alias("two")
    latest = (
        select(Pair.x, Pair.y, func.max(Pair.day).label("day"))
        .join(one, one.c.person_id == Pair.x)
        .join(two, two.c.person_id == Pair.y)
        .where(days)
        .group_by(Pair.x, Pair.y)
        .subquery("latest")
    )
    here, there = Place.__table__.alias("here"), Place.__table__.alias("there")
    same = and_(Pair.x == latest.c.x, Pair.y == latest.c.y, Pair.day == latest.c.day)
    return (
        select(Pair.x, Pair.y, here.c.cell_id.label("cell_x"), there.c.cell_id.label("cell_y"))
        .join(latest, same)
        .join(here, here.c.team_id == Pair.team_x)
        .join(there, there.c.team_id == Pair.team_y)
        .where(here.c.cell_id != NOWHERE, there.c.cell_id != NOWHERE)
        .subquery("ties")
    )


def _boundaries(windows: Windows) -> Statement:
    ties = _ties(windows)
    outside = case((ties.c.cell_x != ties.c.cell_y, 1), else_=0).label("outside")
    touching = union_all(
        select(literal(COMPANY).label("cell"), outside),
        select(ties.c.cell_x, outside),
        select(ties.c.cell_y, outside).where(ties.c.cell_x != ties.c.cell_y),
        select(literal(COMPANY), cast(null(), Integer)),  # so that the company has a row without any tie
    ).subquery("touching")
    size = (
        select(func.count().label("n"))
        .where(Population.cell_id != NOWHERE)
        .group_by(Population.cell_id)
        .subquery("size")
    )
    everyone = select(func.sum(size.c.n)).scalar_subquery().label("everyone")
    together = select(func.sum(size.c.n * (size.c.n - 1))).scalar_subquery().label("together")
    external = func.sum(touching.c.outside).label("external")
    cell = touching.c.cell
    ties_there = func.count(touching.c.outside).label("ties")
    return select(cell, ties_there, external, everyone, together).group_by(cell)


def _tie_bases(windows: Windows) -> Statement:
    ties = _ties(windows)
    company = literal(COMPANY).label("cell")
    ends = union(
        select(company, ties.c.x.label("person")),
        select(company, ties.c.y),
        select(ties.c.cell_x, ties.c.x),
        select(ties.c.cell_y, ties.c.y),
    ).subquery("ends")
    return select(ends.c.cell, ends.c.person)


def _act_internal(row: Mapping[str, Any], _company: bool) -> Figures:
    return {"rate": ratio(row.get("active"), row.get("n"))}


def _act_published(row: Mapping[str, Any], _internal: Figures, base: int, _company: bool) -> Figures:
    return {"rate": mask(int(row["active"]), base)}


def _ladder_counts(row: Mapping[str, Any]) -> dict[str, int]:
    counts = {name: int(row.get(name) or 0) for name in RUNGS}
    return counts | {"absent": int(row.get("n") or 0) - sum(counts.values())}


def _ladder_internal(row: Mapping[str, Any], _company: bool) -> Figures:
    return {name: ratio(count, row.get("n")) for name, count in _ladder_counts(row).items()}


def _ladder_published(row: Mapping[str, Any], _internal: Figures, base: int, company: bool) -> Figures:
    shares: Figures = {name: mask(count, base) for name, count in _ladder_counts(row).items()}
    return shares if company else {"contributors": shares["contributors"]}


def _ans_internal(row: Mapping[str, Any], _company: bool) -> Figures:
    return {"rate": ratio(row.get("answered"), row.get("posts")), "posts": int(row.get("posts") or 0)}


def _ttfr_internal(row: Mapping[str, Any], _company: bool) -> Figures:
    if not row:
        return {"median_hours": None, "not_reached": False}
    if row["high"] >= NEVER:
        return {"median_hours": None, "not_reached": True}
    hours = (int(row["low"]) + int(row["high"])) / (2 * HOUR)
    return {"median_hours": round(hours, DIGITS), "not_reached": False}


def _silo_internal(row: Mapping[str, Any], company: bool) -> Figures:
    ties, external = int(row.get("ties") or 0), int(row.get("external") or 0)
    figures: Figures = {"ei": ratio(2 * external - ties, ties), "external_share": ratio(external, ties)}
    figures["ties"] = ties
    if company:
        everyone, together = int(row.get("everyone") or 0), int(row.get("together") or 0)
        couples = everyone * (everyone - 1)
        figures["expected_external_share"] = ratio(couples - together, couples)
    return figures


def _as_computed(_row: Mapping[str, Any], internal: Figures, _base: int, _company: bool) -> Figures:
    return dict(internal)


FORMULAS = (
    Formula("ACT", _activity, _population_bases, _act_internal, _act_published),
    Formula("LADDER", _ladder, _population_bases, _ladder_internal, _ladder_published),
    Formula("ANS", _answered, _cohort_bases, _ans_internal, _as_computed),
    Formula("TTFR", _median, _cohort_bases, _ttfr_internal, _as_computed),
    Formula("SILO", _boundaries, _tie_bases, _silo_internal, _as_computed),
)
