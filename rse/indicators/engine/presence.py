"""Figures on people: who is there, who takes part, how evenly, leaders, newcomers, declared skills."""

from sqlalchemy import ScalarSelect, Subquery, case, func, literal, select, union

from rse.indicators.engine.masking import Share, mask
from rse.indicators.engine.models import REACTING, READER, WRITING, Act, Holder, Pair, Population
from rse.indicators.engine.statements import (
    Cell,
    Figures,
    Indicator,
    Moment,
    Statement,
    active_28,
    active_90,
    count_if,
    everyone,
    one_statement,
    ratio,
    scope,
)
from rse.indicators.models import COMPANY

RUNGS = {"contributors": WRITING, "reactors": REACTING, "readers": READER}
BLOCKS = 4  # weeks of a month of W28


def _share(cell: Cell, name: str) -> Share | None:
    return mask(cell.n(name), cell.base)


def _presence(_moment: Moment) -> Statement:
    people = scope()
    columns = (people.c.cell, func.count().label("n"), func.count(people.c.n_28).label("active"))
    return select(*columns).group_by(people.c.cell)


def _weeks(_moment: Moment) -> Statement:
    """Count the people of A28 and the weeks, of four each, in which they were there."""
    people = scope()
    columns = (people.c.cell, func.count().label("n"), func.sum(people.c.weeks).label("weeks"))
    return select(*columns).where(people.c.n_28.is_not(None)).group_by(people.c.cell)


def _ladder(_moment: Moment) -> Statement:
    people = scope()
    counts = (count_if(people.c.rung == value).label(name) for name, value in RUNGS.items())
    return select(people.c.cell, func.count().label("n"), *counts).group_by(people.c.cell)


def _spread(_moment: Moment) -> Statement:
    """Rank the contributions of A90: weighted sum for Gini, least number with half, the tenth with most."""
    people = scope()
    cell, x, order = people.c.cell, people.c.n_90, (people.c.n_90.desc(), people.c.person_id)
    ranked = (
        select(
            cell,
            x.label("x"),
            func.row_number().over(partition_by=cell, order_by=order).label("down"),
            func.count().over(partition_by=cell).label("n"),
            func.sum(x).over(partition_by=cell).label("total"),
            func.sum(x).over(partition_by=cell, order_by=order).label("running"),
        )
        .where(x.is_not(None))
        .subquery("ranked")
    )
    up = ranked.c.n + 1 - ranked.c.down
    half = case((2 * ranked.c.running >= ranked.c.total, ranked.c.down))
    top = case((10 * (ranked.c.down - 1) < ranked.c.n, ranked.c.x), else_=0)
    return select(
        ranked.c.cell,
        func.count().label("n"),
        func.max(ranked.c.total).label("total"),
        func.sum(up * ranked.c.x).label("weighted"),
        func.min(half).label("factor"),
        func.sum(top).label("top"),
    ).group_by(ranked.c.cell)


def _leaders(_moment: Moment) -> Statement:
    return select(
        literal(COMPANY).label("cell"),
        count_if(Population.n_28 > 0).label("active"),
        func.sum(Population.n_28).label("contributions"),
        func.sum(Population.replies_28).label("replies"),
    ).where(Population.leader)


def _leader_bases(_moment: Moment) -> Statement:
    return select(literal(COMPANY).label("cell"), Population.person_id.label("person")).where(
        Population.leader
    )


def _newcomers(_moment: Moment) -> Statement:
    """Count newcomers, and those who spoke or were addressed in their first weeks.

    What newcomers did is gathered first, by person and day, in one pass over the roll-ups: looked up newcomer
    by newcomer it cost their number times the roll-ups of four weeks.
    """
    new = select(Population.person_id).where(Population.new_from.is_not(None))
    said = select(Act.person_id.label("person"), Act.day).where(Act.n > 0, Act.person_id.in_(new))
    met = union(
        select(Pair.y.label("person"), Pair.day).where(Pair.x_to_y > 0, Pair.y.in_(new)),
        select(Pair.x, Pair.day).where(Pair.y_to_x > 0, Pair.x.in_(new)),
    )
    return select(
        literal(COMPANY).label("cell"),
        func.count().label("n"),
        _in_first_weeks(said.distinct().subquery("said")).label("spoke"),
        _in_first_weeks(met.subquery("met")).label("welcomed"),
    ).where(Population.new_from.is_not(None))


def _in_first_weeks(days: Subquery) -> ScalarSelect[int]:
    """Count the newcomers with one of these (person, day) in their first weeks."""
    own = Population.__table__.alias("own")
    inside = (own.c.person_id == days.c.person, days.c.day.between(own.c.new_from, own.c.new_until))
    query = select(func.count(own.c.person_id.distinct())).select_from(days).join(own, inside[0])
    return query.where(inside[1]).scalar_subquery()


def _newcomer_bases(_moment: Moment) -> Statement:
    query = select(literal(COMPANY).label("cell"), Population.person_id.label("person"))
    return query.where(Population.new_from.is_not(None))


def _declared(_moment: Moment) -> Statement:
    people, holders = scope(), select(Holder.person_id).distinct().subquery("holders")
    return (
        select(people.c.cell, func.count().label("n"), func.count(holders.c.person_id).label("visible"))
        .select_from(people.outerjoin(holders, holders.c.person_id == people.c.person_id))
        .group_by(people.c.cell)
    )


def _ladder_counts(cell: Cell) -> dict[str, int]:
    counts = {name: cell.n(name) for name in RUNGS}
    return counts | {"absent": cell.n("n") - sum(counts.values())}


def _ladder_internal(cell: Cell) -> Figures:
    return {name: ratio(count, cell.n("n")) for name, count in _ladder_counts(cell).items()}


def _ladder_published(cell: Cell, _internal: Figures) -> Figures:
    shares: Figures = {name: mask(count, cell.base) for name, count in _ladder_counts(cell).items()}
    return shares if cell.company else {"contributors": shares["contributors"]}


def _spread_internal(cell: Cell) -> Figures:
    n, total = cell.n("n"), cell.n("total")
    if not total:
        return {"gini": None, "absence_factor": None, "top10_share": None}
    return {
        "gini": ratio(2 * cell.n("weighted") - (n + 1) * total, n * total),
        "absence_factor": cell.n("factor"),
        "top10_share": ratio(cell.n("top"), total),
    }


def _spread_published(cell: Cell, internal: Figures) -> Figures:
    if not cell.company:
        return {"gini": internal["gini"]}
    floor, factor = cell.moment.floor, internal["absence_factor"]
    few = factor is not None and factor < floor
    tenth = -(-cell.n("n") // 10)
    return {
        "gini": internal["gini"],
        "absence_factor": f"<{floor}" if few else factor,
        "top10_share": internal["top10_share"] if tenth >= floor else None,
    }


def _leaders_internal(cell: Cell) -> Figures:
    dialogue = ratio(cell.n("replies"), cell.n("contributions"))
    return {"active": ratio(cell.n("active"), cell.base), "dialogue": dialogue}


INDICATORS = (
    Indicator(
        "ACT", one_statement(_presence), everyone,
        lambda cell: {"rate": ratio(cell.n("active"), cell.n("n"))},
        lambda cell, _: {"rate": _share(cell, "active")},
    ),
    Indicator(
        "REG", one_statement(_weeks), active_28,
        lambda cell: {"wau_mau": ratio(cell.n("weeks"), BLOCKS * cell.n("n"))},
        lambda cell, _: {"wau_mau": mask(cell.n("weeks"), cell.base, BLOCKS * cell.n("n"))},
    ),
    Indicator("LADDER", one_statement(_ladder), everyone, _ladder_internal, _ladder_published),
    Indicator("CONC", one_statement(_spread), active_90, _spread_internal, _spread_published),
    Indicator(
        "LEAD", one_statement(_leaders), _leader_bases, _leaders_internal,
        lambda cell, internal: {"active": _share(cell, "active"), "dialogue": internal["dialogue"]},
        teams=False,
    ),
    Indicator(
        "NEW", one_statement(_newcomers), _newcomer_bases,
        lambda cell: {name: ratio(cell.n(name), cell.n("n")) for name in ("spoke", "welcomed")},
        lambda cell, _: {name: _share(cell, name) for name in ("spoke", "welcomed")},
        teams=False,
    ),
    Indicator(
        "EXP_VISIBLE", one_statement(_declared), everyone,
        lambda cell: {"rate": ratio(cell.n("visible"), cell.n("n"))},
        lambda cell, _: {"rate": _share(cell, "visible")},
    ),
)  # fmt: skip
