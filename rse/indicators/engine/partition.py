"""Cutting the tree of departments into cells of at least twice the floor (INDICATORS section 6c)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

TOP = 0  # above every root: no department has this number


@dataclass
class _Tree:
    """Departments below each department, and the people of each, themselves only."""

    below: Mapping[int, Sequence[int]]
    above: Mapping[int, int]
    sizes: Mapping[int, int]

    def bottom_up(self, node: int) -> Iterator[int]:
        """Give what lies below a node, deepest first, then the node; loops cannot occur in a tree."""
        stack, order = [node], []
        while stack:
            current = stack.pop()
            order.append(current)
            stack.extend(self.below.get(current, ()))
        return reversed(order)

    def path(self, node: int) -> Iterator[int]:
        """Give what lies above a node, the nearest first, TOP at the end."""
        while node != TOP:
            node = self.above.get(node, TOP)
            yield node


@dataclass
class _Cut:
    members: dict[int, list[int]] = field(default_factory=dict)  # head of a cell -> its departments
    sizes: dict[int, int] = field(default_factory=dict)

    def add(self, head: int, departments: Sequence[int], size: int) -> None:
        self.members.setdefault(head, []).extend(departments)
        self.sizes[head] = self.sizes.get(head, 0) + size


def cut(parents: Mapping[int, int | None], sizes: Mapping[int, int], floor: int) -> dict[int, int]:
    """Give for each department the department that heads its cell.

    `parents` names every department, `sizes` the people directly in each. From the bottom up, a
    department whose people not yet in a cell reach twice the floor heads a cell with them; the others
    rise. What is left at the top joins, part by part, the smallest cell under the nearest department
    that has one. A company below the floor, or without any cell, is one cell or none.
    """
    tree = _tree(parents, sizes)
    made, left = _rise(tree, 2 * floor)
    _join(tree, made, left)
    if not made.members and sum(sizes.values()) >= floor:
        everything = sorted(parents)
        made.add(everything[0] if len(everything) == 1 else _head(tree), everything, sum(sizes.values()))
    return {department: head for head, departments in made.members.items() for department in departments}


def _tree(parents: Mapping[int, int | None], sizes: Mapping[int, int]) -> _Tree:
    above = {
        node: parent if parent in parents and parent is not None else TOP for node, parent in parents.items()
    }
    below: dict[int, list[int]] = defaultdict(list)
    for node in sorted(above, reverse=True):
        below[above[node]].append(node)
    return _Tree(below, above, sizes)


def _rise(tree: _Tree, enough: int) -> tuple[_Cut, list[int]]:
    """Cut from the bottom up. Gives the cells, and the departments that are in none."""
    made = _Cut()
    waiting: dict[int, list[int]] = defaultdict(list)
    for node in tree.bottom_up(TOP):
        if node == TOP:
            break
        rising = [node, *(d for child in tree.below.get(node, ()) for d in waiting[child])]
        size = sum(tree.sizes.get(d, 0) for d in rising)
        if size >= enough:
            made.add(node, rising, size)
        else:
            waiting[node] = rising
    return made, sorted(d for child in tree.below.get(TOP, ()) for d in waiting[child])


def _join(tree: _Tree, made: _Cut, left: Sequence[int]) -> None:
    """Let each leftover department join the smallest cell near it, those of one branch together."""
    if not made.members:
        return
    branches: dict[int, list[int]] = defaultdict(list)
    near: dict[int, list[int]] = defaultdict(list)
    for head in sorted(made.members):
        for node in (head, *tree.path(head)):
            near[node].append(head)
    for department in left:
        branches[_branch(tree, department, near)].append(department)
    for branch in sorted(branches):
        around = next(node for node in (branch, *tree.path(branch)) if near.get(node))
        head = min(near[around], key=lambda h: (made.sizes[h], h))
        made.add(head, branches[branch], sum(tree.sizes.get(d, 0) for d in branches[branch]))


def _branch(tree: _Tree, department: int, near: Mapping[int, Sequence[int]]) -> int:
    """Give the highest department around this one, itself included, that has no cell below it."""
    branch = department
    for node in (department, *tree.path(department)):
        if node == TOP or near.get(node):
            break
        branch = node
    return branch


def _head(tree: _Tree) -> int:
    """Give the department that names a cell of the whole company: the first root."""
    return min(tree.below[TOP])
