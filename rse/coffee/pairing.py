"""Who meets whom: a perfect matching of low cost by random starts and exchanges between two pairs. Pure.

What costs, the dearest first: to have met before, to share no language, to be of one department, to share
nothing to begin with. With an odd number one pair becomes three.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

MET, STRANGE, SAME, NOTHING = 1000, 100, 30, 1
STARTS = 24  # of a small draw
SMALL = 60  # people whose every two pairs are compared
NEAR = 40  # other pairs that are compared with one in a large draw
ROUNDS = 30

Pair = frozenset[int]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a draw: `shares` are (what, id) of groups and skills."""

    person_id: int
    department: str = ""
    languages: frozenset[str] = frozenset()
    shares: frozenset[tuple[str, int]] = frozenset()


class _Draw:
    """The costs of one draw."""

    def __init__(self, seats: Sequence[Seat], met: Mapping[Pair, int]) -> None:
        self.seats, self.met = seats, met

    def cost(self, at: int, other: int) -> int:
        """Give what it costs that two people meet, named by their places."""
        one, two = self.seats[at], self.seats[other]
        cost = MET * self.met.get(frozenset((one.person_id, two.person_id)), 0)
        if one.languages and two.languages and not one.languages & two.languages:
            cost += STRANGE
        if one.department and one.department == two.department:
            cost += SAME
        return cost + (0 if one.shares & two.shares else NOTHING)

    def total(self, pairs: Sequence[tuple[int, int]]) -> int:
        """Give what a whole draw costs."""
        return sum(self.cost(*pair) for pair in pairs)

    def improve(self, pairs: list[tuple[int, int]], dice: Random) -> None:
        """Exchange partners between two pairs while that makes the draw cheaper."""
        for _round in range(ROUNDS):
            if not sum(self._exchange(pairs, at, other) for at, other in self._twos(len(pairs), dice)):
                return

    @staticmethod
    def _twos(number: int, dice: Random) -> list[tuple[int, int]]:
        if 2 * number <= SMALL:
            return [(at, other) for at in range(number) for other in range(at)]
        return [
            (at, other) for at in range(number) for other in dice.sample(range(number), NEAR) if at != other
        ]

    def _exchange(self, pairs: list[tuple[int, int]], at: int, other: int) -> bool:
        (a, b), (c, d) = pairs[at], pairs[other]
        now = self.cost(a, b) + self.cost(c, d)
        for one, two in (((a, c), (b, d)), ((a, d), (b, c))):
            if self.cost(*one) + self.cost(*two) < now:
                pairs[at], pairs[other] = one, two
                return True
        return False


def draw(seats: Sequence[Seat], met: Mapping[Pair, int], dice: Random) -> list[tuple[int, ...]]:
    """Give the ids of who meets: each person once, in twos and at most one three; nobody when one is alone.

    `met` says how often two people were drawn together before.
    """
    if len(seats) <= 1:
        return []
    asked = _Draw(seats, met)
    best: list[tuple[int, int]] = []
    for _start in range(STARTS if len(seats) <= SMALL else 1):
        order = dice.sample(range(len(seats)), len(seats))
        pairs = list(zip(order[::2], order[1::2], strict=False))
        asked.improve(pairs, dice)
        if not best or asked.total(pairs) < asked.total(best):
            best = pairs
    found = [tuple(seats[at].person_id for at in pair) for pair in best]
    alone = set(range(len(seats))) - {at for pair in best for at in pair}
    for one in alone:
        cheapest = min(range(len(best)), key=lambda at: sum(asked.cost(one, other) for other in best[at]))
        found[cheapest] += (seats[one].person_id,)
    return found
