"""Figures on ties between colleagues: across teams, both ways, and whether anybody is left out."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Integer, case, cast, func, literal, null, select, union, union_all
from sqlalchemy.orm import Session

from rse.indicators.engine.masking import mask
from rse.indicators.engine.models import Population, Tie
from rse.indicators.engine.statements import (
    Cell,
    Figures,
    Indicator,
    Moment,
    Row,
    Statement,
    count_if,
    one_statement,
    ratio,
)
from rse.indicators.models import COMPANY, NOWHERE

PLACED = Tie.cell_x.is_not(None)  # a tie of somebody who had no team then counts in no cell


def _boundaries(_moment: Moment) -> Statement:
    outside = case((Tie.cell_x != Tie.cell_y, 1), else_=0).label("outside")
    touching = union_all(
        select(literal(COMPANY).label("cell"), outside).where(PLACED),
        select(Tie.cell_x, outside).where(PLACED),
        select(Tie.cell_y, outside).where(Tie.cell_x != Tie.cell_y),
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


def _boundary_bases(_moment: Moment) -> Statement:
    company = literal(COMPANY).label("cell")
    ends = union(
        select(company, Tie.x.label("person")).where(PLACED),
        select(company, Tie.y).where(PLACED),
        select(Tie.cell_x, Tie.x).where(PLACED),
        select(Tie.cell_y, Tie.y).where(PLACED),
    ).subquery("ends")
    return select(ends.c.cell, ends.c.person)


def _boundaries_internal(cell: Cell) -> Figures:
    count, external = cell.n("ties"), cell.n("external")
    figures: Figures = {
        "ei": ratio(2 * external - count, count),
        "external_share": ratio(external, count),
        "ties": count,
    }
    if cell.company:
        everyone = cell.n("everyone")
        couples = everyone * (everyone - 1)
        figures["expected_external_share"] = ratio(couples - cell.n("together"), couples)
    return figures


def _mutual(_moment: Moment) -> Statement:
    both = count_if(Tie.mutual.is_(True)).label("both")
    return select(literal(COMPANY).label("cell"), func.count().label("ties"), both).select_from(Tie)


def _ends(_moment: Moment) -> Statement:
    ends = union(select(Tie.x.label("person")), select(Tie.y)).subquery("ends")
    return select(literal(COMPANY).label("cell"), ends.c.person)


def _nodes(_moment: Moment) -> Statement:
    present = select(Population.person_id.label("person")).where(Population.n_90.is_not(None))
    nodes = union(present, select(Tie.x), select(Tie.y)).subquery("nodes")
    return select(literal(COMPANY).label("cell"), nodes.c.person)


def _components(session: Session, _moment: Moment) -> dict[int, Row]:
    edges = [(x, y) for x, y in session.execute(select(Tie.x, Tie.y))]
    linked = {person for edge in edges for person in edge}
    present = select(Population.person_id).where(Population.n_90.is_not(None))
    nodes = linked.union(session.scalars(present))
    sizes = Counter(_roots(nodes, edges).values())
    isolates = len(nodes) - len(linked)
    return {COMPANY: {"nodes": len(nodes), "giant": max(sizes.values(), default=0), "isolates": isolates}}


def _roots(nodes: Iterable[int], edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Give for each node the node that stands for its component."""
    above = {node: node for node in nodes}

    def root(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for x, y in edges:
        above[root(x)] = root(y)
    return {node: root(node) for node in above}


INDICATORS = (
    Indicator("SILO", one_statement(_boundaries), _boundary_bases, _boundaries_internal),
    Indicator(
        "RECIP", one_statement(_mutual), _ends,
        lambda cell: {"rate": ratio(cell.n("both"), cell.n("ties")), "pairs": cell.n("ties")},
        teams=False,
    ),
    Indicator(
        "COH", _components, _nodes,
        lambda cell: {name: ratio(cell.n(name), cell.n("nodes")) for name in ("giant", "isolates")},
        lambda cell, _: {name: mask(cell.n(name), cell.base) for name in ("giant", "isolates")},
        teams=False,
    ),
)  # fmt: skip
