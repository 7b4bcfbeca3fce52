"""From the roll-ups to what may be told on an as-of day: figures, floor, masks."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from rse.indicators.engine.floor import SHOWN, suppress
from rse.indicators.engine.formulas import FORMULAS, Figures, Formula
from rse.indicators.engine.models import Place, Population
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.windows import Windows
from rse.indicators.models import COMPANY, NOWHERE


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one cell. Only `status` and `published` may leave the job."""

    status: str
    base: int
    internal: Figures
    published: Figures | None


@dataclass(frozen=True)
class Partition:
    """The one partition of a published day: all its cells, and the cell of each team."""

    cells: Collection[int]
    cell_of: Mapping[int, int]

    def cell(self, team: int | None) -> int:
        """Give the cell of a team, NOWHERE without one."""
        return NOWHERE if team is None else self.cell_of.get(team, NOWHERE)


def settle(session: Session, staff: Staff, partition: Partition, windows: Windows) -> int:
    """Write who is employed on the day, in which cell, and the cells of the teams. Returns the headcount."""
    for table in (Population, Place):
        session.execute(delete(table))
    there = staff.present(windows.as_of)
    present = [{"person_id": person, "cell_id": partition.cell(team)} for person, team in there]
    places = [{"team_id": team, "cell_id": cell} for team, cell in partition.cell_of.items()]
    if present:
        session.execute(insert(Population), present)
    if places:
        session.execute(insert(Place), places)
    return len(present)


def measure(
    session: Session, partition: Partition, windows: Windows, floor: int
) -> dict[str, dict[int, Figure]]:
    """Compute every indicator for the company and each cell, from what `settle` and the roll-ups wrote."""
    return {formula.code: _one(session, formula, partition, windows, floor) for formula in FORMULAS}


def _one(
    session: Session, formula: Formula, partition: Partition, windows: Windows, floor: int
) -> dict[int, Figure]:
    rows = {row["cell"]: dict(row) for row in session.execute(formula.values(windows)).mappings()}
    bases: dict[int, set[int]] = defaultdict(set)
    for pair in session.execute(formula.bases(windows)):
        bases[pair.cell].add(pair.person)
    cells = [COMPANY, *sorted(partition.cells)]
    status = suppress({cell: bases[cell] for cell in [*cells, NOWHERE]}, floor)
    figures = {}
    for cell in cells:
        company, row, size = cell == COMPANY, rows.get(cell, {}), len(bases[cell])
        internal = formula.internal(row, company)
        told = formula.published(row, internal, size, company) if status[cell] == SHOWN else None
        figures[cell] = Figure(status[cell], size, internal, told)
    return figures
