"""Cells are cut from the tree of departments: everyone in one, none too small, always the same."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from rse.indicators.engine.partition import cut


@st.composite
def trees(draw):
    count = draw(st.integers(1, 40))
    parents = {
        n: draw(st.one_of(st.none(), st.integers(1, n - 1))) if n > 1 else None for n in range(1, count + 1)
    }
    return parents, {n: draw(st.integers(0, 12)) for n in parents}


@settings(max_examples=300, deadline=None)
@given(trees(), st.integers(3, 8))
def test_every_cell_is_large_enough_and_every_department_in_one(tree, floor):
    parents, sizes = tree
    cells = cut(parents, sizes, floor)
    people = Counter()
    for department, head in cells.items():
        people[head] += sizes[department]
    if sum(sizes.values()) >= floor:
        assert cells.keys() == parents.keys()
        smallest = min(people.values())
        assert smallest >= 2 * floor or (len(people) == 1 and smallest >= floor)
    else:
        assert cells == {}
    assert cut(dict(reversed(parents.items())), sizes, floor) == cells


def test_leaf_teams_rise_until_they_are_enough():
    parents = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3}
    sizes = {1: 2, 2: 1, 3: 1, 4: 9, 5: 8, 6: 20, 7: 5}
    cells = cut(parents, sizes, 8)
    assert cells[4] == cells[5] == cells[2] == 2  # 9 + 8 + 1 people, headed by their department
    assert cells[6] == 6  # 20 people stand alone
    assert cells[7] == 6  # what is left joins the cell next to it, not the smaller one further away
    assert cells[3] == 6
    assert cells[1] == 2  # the top joins the smallest


def test_a_company_of_small_roots_is_one_cell():
    assert set(cut({1: None, 2: None, 3: None}, {1: 5, 2: 5, 3: 5}, 8).values()) == {1}
    assert cut({1: None}, {1: 4}, 8) == {}
