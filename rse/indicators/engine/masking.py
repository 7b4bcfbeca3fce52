"""What may be told of a share of persons: steps of 5 points, and no small count in either tail."""

from typing import TypedDict

STEP = 5
TAIL = 10  # points: the least that the tails hide
WIDEST = 45


class Share(TypedDict):
    """A masked share: `<=` and `>=` stand for a whole tail."""

    pct: int
    bound: str


def mask(part: int, base: int, whole: int | None = None) -> Share | None:
    """Mask part/base, both numbers of persons; None where nothing can be told (INDICATORS section 2).

    `whole` is the denominator where it is another than `base`, the number of people described.
    """
    if base <= 0:
        return None
    whole = base if whole is None else whole
    nearest = STEP * ((40 * part + whole) // (2 * whole))
    tail = STEP * max(TAIL // STEP, -(-40 // base))  # 200/n points, up to the next step
    if tail > WIDEST:
        return None
    if nearest <= tail:
        return {"pct": tail, "bound": "<="}
    if nearest >= 100 - tail:
        return {"pct": 100 - tail, "bound": ">="}
    return {"pct": nearest, "bound": "="}
