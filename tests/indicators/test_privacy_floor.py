"""Nothing that is published isolates 1 to k-1 persons: brute force over random tables, and the masks."""

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from rse.indicators.engine.floor import SHOWN, suppress
from rse.indicators.engine.masking import mask
from rse.indicators.models import COMPANY, NOWHERE


def subsets(cells):
    return chain.from_iterable(combinations(cells, n) for n in range(len(cells) + 1))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=0, max_size=8), st.integers(0, 9), st.integers(3, 8))
def test_no_difference_of_shown_cells_isolates_a_few(sizes, without_team, floor):
    bases, start = {}, 0
    for cell, size in [(NOWHERE, without_team), *enumerate(sizes, 1)]:
        bases[cell] = set(range(start, start + size))
        start += size
    bases[COMPANY] = set(range(start))
    status = suppress(bases, floor)
    shown = [cell for cell in status if cell != COMPANY and status[cell] == SHOWN]
    assert NOWHERE not in status
    assert all(len(bases[cell]) >= floor for cell in shown)
    if status[COMPANY] != SHOWN:
        assert not shown
        return
    for some in subsets(shown):
        rest = bases[COMPANY] - set().union(*(bases[cell] for cell in some))
        assert not 0 < len(rest) < floor


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 25), max_size=16), max_size=6),
    st.sets(st.integers(1, 25), max_size=6),
    st.integers(3, 6),
)
def test_what_overlapping_cells_hide_together_is_nobody_or_enough(teams, without_team, floor):
    bases = {**teams, NOWHERE: without_team}
    bases[COMPANY] = set().union(*bases.values())
    status = suppress(bases, floor)
    hidden = set(without_team).union(*(bases[c] for c in teams if status[c] != SHOWN))
    if status[COMPANY] == SHOWN and any(status[c] == SHOWN for c in teams):
        assert not 0 < len(hidden) < floor


def test_masks_hide_small_counts_in_both_tails():
    for base in range(1, 400):
        told = [repr(mask(part, base)) for part in range(base + 1)]
        assert len(set(told[: min(3, base + 1)])) == 1, base
        assert len(set(told[-3:])) == 1, base


def test_masks_are_steps_of_five_rounded_halves_up():
    assert mask(30, 40) == {"pct": 75, "bound": "="}
    assert mask(1, 40) == {"pct": 10, "bound": "<="}
    assert mask(40, 40) == {"pct": 90, "bound": ">="}
    assert mask(9, 40) == {"pct": 25, "bound": "="}  # 22.5: up
    assert mask(2, 4) is None  # 200/4 = 50 points: nothing can be told
    assert mask(0, 0) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(5, 120), st.data())
def test_a_mask_never_tells_less_than_three_counts_apart(base, data):
    part = data.draw(st.integers(0, base))
    share = mask(part, base)
    if share is None:
        return
    assert share["pct"] % 5 == 0
    exact = 100 * part / base
    if share["bound"] == "=":
        assert abs(share["pct"] - exact) <= 2.5
    elif share["bound"] == "<=":
        assert exact <= share["pct"] + 2.5
    else:
        assert exact >= share["pct"] - 2.5
