"""The company's tree of departments as administrators see it: how many people, who made it, who leads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.cards import Card, cards
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core.policy import NotFound
from rse.people.departments import HAND, SEPARATOR, split_path
from rse.people.models import Department, Profile
from rse.provisioning.scim_models import ScimGroup

Key = tuple[str, ...]


def key_of(path: str) -> Key:
    """Give what paths are ordered by: the folded names from the top."""
    return tuple(fold(name) for name in path.split(SEPARATOR))


@dataclass
class Node:
    """A department: its place, who made it, how many active people are in it and below it."""

    id: int
    parent_id: int | None
    name: str
    path: str
    source: str
    ended_on: date | None
    head_id: int | None
    people: int = 0
    total: int = 0
    mapped: bool = False  # a group of a provider puts people here
    children: list[int] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """Where it stands in the list."""
        return key_of(self.path)

    @property
    def depth(self) -> int:
        """How far it is from the top, which is 0."""
        return self.path.count(SEPARATOR)

    @property
    def owner(self) -> str:
        """Name the source that would undo a change made here; "" when there is none.

        What a directory has named and left without people is nobody's any more: it may be ended.
        """
        if self.mapped:
            return "scim"
        return "" if self.source == HAND or not self.total else self.source


class Structure:
    """Every department, read in three statements whatever their number."""

    def __init__(self, session: Session) -> None:
        columns = (
            Department.id, Department.parent_id, Department.name, Department.path, Department.source,
            Department.ended_on, Department.head_id,
        )  # fmt: skip
        self.nodes = {row.id: Node(*row) for row in session.execute(select(*columns))}
        people = select(Profile.department_id, func.count()).join(Person, Person.id == Profile.person_id)
        people = people.where(Person.status == "active", Person.kind != "service")
        for department_id, count in session.execute(people.group_by(Profile.department_id)):
            if department_id in self.nodes:
                self.nodes[department_id].people = count
        mapped = select(ScimGroup.target_id).where(ScimGroup.target_kind == "department")
        for department_id in session.scalars(mapped):
            if department_id in self.nodes:
                self.nodes[department_id].mapped = True
        for node in self.nodes.values():
            if node.parent_id in self.nodes:
                self.nodes[node.parent_id].children.append(node.id)
            for above in self._upwards(node):
                above.total += node.people

    def _upwards(self, node: Node) -> Iterator[Node]:
        at: Node | None = node
        while at is not None:
            yield at
            at = self.nodes.get(at.parent_id) if at.parent_id else None

    def node(self, department_id: int) -> Node:
        """Give a department. Raises NotFound."""
        if department_id not in self.nodes:
            raise NotFound
        return self.nodes[department_id]

    def named(self, path: str) -> Node | None:
        """Give the living department that a path names, whatever its case and accents."""
        wanted = fold(SEPARATOR.join(split_path(path)))
        found = (node for node in self.nodes.values() if fold(node.path) == wanted)
        return next((node for node in found if node.ended_on is None), None)

    def at(self, path: str) -> Node | None:
        """Give the department of a path, one that has ended too."""
        wanted = fold(path)
        return next((node for node in self.nodes.values() if fold(node.path) == wanted), None)

    def below(self, node: Node) -> list[Node]:
        """Give a department and all that is below it, ended ones too."""
        found, queue = [], [node]
        while queue:
            at = queue.pop()
            found.append(at)
            queue += [self.nodes[child] for child in at.children]
        return found

    def children(self, node: Node) -> list[Node]:
        """Give the living departments right below, by name."""
        found = [self.nodes[child] for child in node.children]
        return sorted((one for one in found if one.ended_on is None), key=lambda one: one.key)

    def owners(self, node: Node) -> str:
        """Give the source that owns a department or one below it; "" when all are free."""
        return next((one.owner for one in self.below(node) if one.owner), "")

    def listed(self, q: str, *, ended: bool) -> list[Node]:
        """Give the departments in the order of the tree, narrowed by a part of their path."""
        wanted = fold(q)
        found = [one for one in self.nodes.values() if (one.ended_on is not None) == ended]
        return sorted((one for one in found if wanted in fold(one.path)), key=lambda one: (one.key, one.id))

    def paths(self, most: int = 1000) -> list[str]:
        """Give the paths of living departments, for fields that name one."""
        return [node.path for node in self.listed("", ended=False)[:most]]


def heads(session: Session, nodes: Iterable[Node]) -> dict[int, Card]:
    """Give the cards of those who lead these departments, by their id."""
    return cards(session, {node.head_id for node in nodes if node.head_id})
