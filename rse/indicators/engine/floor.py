"""The minimum group size: which cells are shown, so that no difference of figures isolates a few."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rse.indicators.models import COMPANY, NOWHERE

SHOWN, PRIMARY, COMPLEMENTARY = "shown", "suppressed_primary", "suppressed_complementary"


def suppress(bases: Mapping[int, AbstractSet[int]], floor: int) -> dict[int, str]:
    """Decide for each cell; `bases` holds the base set of the company and of every team.

    Source: INDICATORS section 2, cells and suppression.
    People without a team (`NOWHERE`) count as suppressed and are not in the result.
    """
    told = {cell: base for cell, base in bases.items() if cell != NOWHERE}
    status = {cell: SHOWN if len(base) >= floor else PRIMARY for cell, base in told.items()}
    teams = sorted((cell for cell in status if cell != COMPANY), key=lambda cell: (len(bases[cell]), cell))
    shown = [cell for cell in teams if status[cell] == SHOWN]
    if status.get(COMPANY) == PRIMARY:
        return status | dict.fromkeys(shown, COMPLEMENTARY)
    hidden = set(bases.get(NOWHERE, ()))
    for cell in teams:
        if status[cell] == PRIMARY:
            hidden |= bases[cell]
    for cell in shown:
        if not 0 < len(hidden) < floor:
            break
        status[cell] = COMPLEMENTARY
        hidden |= bases[cell]
    return status
