"""The minimum group size: which cells are shown, so that no difference of figures isolates a few.

Within a week the rule is that of INDICATORS section 2. Over two consecutive weeks the product is stricter: a
figure of last week that has not changed since stands in for one that is hidden now, and the other way round.
"""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from rse.indicators.models import COMPANY, NOWHERE

SHOWN, PRIMARY, COMPLEMENTARY = "shown", "suppressed_primary", "suppressed_complementary"
HELD = (
    "suppressed_held"  # of the product alone: hidden for a week more, though nothing of this week asks for it
)
Bases = Mapping[int, AbstractSet[int]]


@dataclass(frozen=True)
class Before:
    """What was published of an indicator a week ago, what would be today, and the cells cut since then."""

    status: Mapping[int, str] = field(default_factory=dict)
    figures: Mapping[int, Any] = field(default_factory=dict)  # last week's, of the cells shown then
    now: Mapping[int, Any] = field(default_factory=dict)  # today's of every cell, if it were shown
    fresh: Collection[int] = ()  # cells that the last week did not have

    def stands_in(self, cell: int) -> bool:
        """Tell whether last week's figure of a cell is today's as well."""
        return self.status.get(cell) == SHOWN and self.figures.get(cell) == self.now.get(cell)

    def holds(self, cell: int) -> bool:
        """Tell whether showing a cell today would open what last week hid, or set two cuts side by side."""
        return cell in self.fresh or self.status.get(cell) == COMPLEMENTARY


def suppress(bases: Bases, floor: int, before: Before | None = None) -> dict[int, str]:
    """Decide for each cell; `bases` holds the base set of the company and of every team.

    Sources: INDICATORS section 2, cells and suppression; for two weeks docs/adr/0031.
    People without a team (`NOWHERE`) count as suppressed and are not in the result.
    """
    told = {cell: base for cell, base in bases.items() if cell != NOWHERE}
    status = {cell: SHOWN if len(base) >= floor else PRIMARY for cell, base in told.items()}
    teams = sorted((cell for cell in status if cell != COMPANY), key=lambda cell: (len(bases[cell]), cell))
    if status.get(COMPANY) == PRIMARY:
        return status | {cell: COMPLEMENTARY for cell in teams if status[cell] == SHOWN}
    past = before or Before()
    status |= {cell: HELD for cell, now in status.items() if now == SHOWN and past.holds(cell)}
    known = {cell for cell in teams if past.stands_in(cell)}
    for told_before in (set[int](), known):
        _complete(status, teams, bases, floor, told_before)
    return status


def _complete(
    status: dict[int, str], teams: Collection[int], bases: Bases, floor: int, known: AbstractSet[int]
) -> None:
    """Hide the smallest shown cells until those hidden, and not known otherwise, are nobody or enough.

    Where no cell is left that would help, the company's own figure is hidden.
    """

    def few(*kinds: str) -> bool:
        return _few(bases, [c for c in teams if status[c] in kinds and c not in known], floor)

    for cell in [cell for cell in teams if status[cell] == SHOWN and cell not in known]:
        if not few(PRIMARY, COMPLEMENTARY, HELD):
            break
        status[cell] = COMPLEMENTARY
    if few(PRIMARY, COMPLEMENTARY):  # what is held is needed this week as well
        status.update({cell: COMPLEMENTARY for cell in teams if status[cell] == HELD})
    if known and few(PRIMARY, COMPLEMENTARY, HELD):
        status[COMPANY] = COMPLEMENTARY


def _few(bases: Bases, cells: Collection[int], floor: int) -> bool:
    """Tell whether these cells, and those without a team, are 1 to floor-1 people together."""
    hidden: set[int] = set(bases.get(NOWHERE, ()))
    for cell in cells:
        if len(hidden) >= floor:
            break
        hidden |= bases[cell]
    return 0 < len(hidden) < floor
