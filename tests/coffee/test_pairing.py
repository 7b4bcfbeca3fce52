"""Who is drawn to meet whom: everybody once, nobody twice the same while that can be avoided."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rse.coffee.pairing import MET, SAME, Seat, draw

SEATS = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from([set(), {"fr"}, {"en"}, {"fr", "en"}]),
        st.sampled_from([set(), {1}, {1, 2}]),
    ),
    max_size=9,
)


def seats(plan: list[tuple[str, set[str], set[int]]]) -> list[Seat]:
    return [
        Seat(at, department, frozenset(languages), frozenset(("group", key) for key in shared))
        for at, (department, languages, shared) in enumerate(plan, 1)
    ]


def matchings(people: list[int]) -> list[list[tuple[int, int]]]:
    """Every way to put an even number of people into pairs."""
    if not people:
        return [[]]
    first, rest = people[0], people[1:]
    return [
        [(first, other), *pairs]
        for at, other in enumerate(rest)
        for pairs in matchings(rest[:at] + rest[at + 1 :])
    ]


@given(SEATS, st.integers(0, 99))
def test_everybody_meets_once_in_twos_or_one_three(plan: list, seed: int) -> None:
    found = draw(seats(plan), {}, Random(seed))
    drawn = sorted(person for group in found for person in group)
    assert drawn == (list(range(1, len(plan) + 1)) if len(plan) > 1 else [])
    assert sorted({len(group) for group in found}) in ([], [2], [3], [2, 3])
    assert sum(len(group) == 3 for group in found) == (len(plan) % 2 if len(plan) > 1 else 0)


@given(st.integers(1, 4), st.sets(st.integers(0, 27)), st.integers(0, 99))
def test_nobody_meets_the_same_again_while_that_can_be_avoided(half: int, known: set[int], seed: int) -> None:
    people = list(range(1, 2 * half + 1))
    every = list(combinations(people, 2))
    met = {frozenset(every[at % len(every)]): 1 for at in known}
    found = draw([Seat(person) for person in people], met, Random(seed))
    again = sum(frozenset(pair) in met for pair in found)
    assert again == min(sum(frozenset(pair) in met for pair in pairs) for pairs in matchings(people))


def test_a_year_of_draws_brings_everybody_together() -> None:
    people, met, dice = [Seat(person) for person in range(8)], {}, Random(3)
    for _turn in range(7):
        for pair in draw(people, met, dice):
            met[frozenset(pair)] = met.get(frozenset(pair), 0) + 1
    assert len(met) >= 26  # of 28: the first draws may leave no perfect last one
    assert MET > SAME


def test_departments_mix_while_they_can() -> None:
    plan = [("A", set(), set())] * 10 + [("B", set(), set())] * 6 + [("C", set(), set())] * 4
    place = {at: department for at, (department, _l, _s) in enumerate(plan, 1)}
    for seed in range(5):
        found = draw(seats(plan), {}, Random(seed))
        assert all(place[a] != place[b] for a, b in found)


def test_a_large_draw_mixes_too() -> None:
    dice = Random(1)
    people = [Seat(at, dice.choice("ABCDEFGH"), frozenset(["fr"])) for at in range(2001)]
    met = {frozenset(pair): 1 for pair in draw(people, {}, dice) if len(pair) == 2}
    place = {seat.person_id: seat.department for seat in people}
    found = draw(people, met, dice)
    assert sum(len(group) for group in found) == 2001
    assert not [pair for pair in found if frozenset(pair) in met]
    assert not [pair for pair in found if len({place[person] for person in pair}) == 1]
