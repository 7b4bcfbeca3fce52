"""Departments changed by hand: make, rename, move, merge, end, who leads. Memberships keep their dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import BigInteger, Date, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts import queries as accounts
from rse.administration.structure import Node, Structure
from rse.core.events import emit_all
from rse.core.i18n import _
from rse.core.model import new_id
from rse.core.policy import Invalid
from rse.people.departments import HAND, MAX_NAME, MAX_PATH, SEPARATOR, split_path
from rse.people.events import PersonChanged
from rse.people.models import Department, DepartmentMembership, Profile

PART = 500  # ids in a statement


def locked(session: Session) -> Structure:
    """Read the tree so that nobody else changes it before the commit."""
    session.execute(select(Department.id).order_by(Department.id).with_for_update())
    return Structure(session)


def _name(text: str) -> str:
    parts = split_path(text)
    if len(parts) != 1 or len(parts[0]) > MAX_NAME:
        raise Invalid(name=_("One name, of 200 characters at most, without a slash between spaces."))
    return parts[0]


def _parent(tree: Structure, path: str) -> Node | None:
    """Give the department that a form names; None for the top."""
    if not path.strip():
        return None
    return _other(tree, path, "parent")


def _other(tree: Structure, path: str, field: str) -> Node:
    found = tree.named(path)
    if found is None:
        raise Invalid(**{field: _("There is no department of this path. Write it as it stands in the list.")})
    return found


def _free(tree: Structure, path: str, field: str, node: Node | None = None) -> None:
    """Raise Invalid when a path is too long, or belongs to another department than `node`."""
    if len(path) > MAX_PATH:
        raise Invalid(**{field: _("The path would be longer than %(most)s characters.", most=MAX_PATH)})
    there = tree.at(path)
    if there is not None and there is not node:
        raise Invalid(**{field: _("There is a department of this name at that place, or was one.")})


def _require_free(tree: Structure, node: Node) -> None:
    """Refuse what a directory would undo: its departments, and those above them."""
    if tree.owners(node):
        raise Invalid(owner=_("It, or one below it, belongs to a source outside: change it there."))


def create(session: Session, name: str, parent: str, actor_id: int) -> int:
    """Make a department, or open again one that had ended there. Raises Invalid. Flushes."""
    tree, called = locked(session), _name(name)
    above = _parent(tree, parent)
    path = SEPARATOR.join([above.path, called] if above else [called])
    was = tree.at(path)
    if was is not None and was.ended_on is not None:
        found = update(Department).where(Department.id == was.id)
        session.execute(found.values(ended_on=None, source=HAND))
        _note(session, "reopen", was.id, actor_id)
        return was.id
    _free(tree, path, "name")
    made = Department(id=new_id(), parent_id=above.id if above else None, name=called, path=path, source=HAND)
    session.add(made)
    session.flush()
    _note(session, "create", made.id, actor_id, path=path)
    return made.id


def rename(session: Session, department_id: int, name: str, actor_id: int) -> None:
    """Give a department another name. Raises Invalid, NotFound."""
    tree, called = locked(session), _name(name)
    node = tree.node(department_id)
    _require_free(tree, node)
    above = tree.nodes.get(node.parent_id) if node.parent_id else None
    path = SEPARATOR.join([above.path, called] if above else [called])
    _free(tree, path, "name", node)
    session.execute(update(Department).where(Department.id == node.id).values(name=called))
    _repath(session, tree, node, path)
    _note(session, "rename", node.id, actor_id, before=node.path, after=path)


def move(session: Session, department_id: int, parent: str, actor_id: int) -> None:
    """Put a department under another, or at the top. Raises Invalid (a circle among others), NotFound."""
    tree = locked(session)
    node, above = tree.node(department_id), _parent(tree, parent)
    _require_free(tree, node)
    if above in tree.below(node):
        raise Invalid(parent=_("A department cannot stand under itself."))
    path = _put_under(session, tree, node, above, "parent")
    _note(session, "move", node.id, actor_id, before=node.path, after=path)


def _put_under(session: Session, tree: Structure, node: Node, above: Node | None, field: str) -> str:
    path = SEPARATOR.join([above.path, node.name] if above else [node.name])
    _free(tree, path, field, node)
    values = {"parent_id": above.id if above else None}
    session.execute(update(Department).where(Department.id == node.id).values(**values))
    _repath(session, tree, node, path)
    return path


def _repath(session: Session, tree: Structure, node: Node, path: str) -> None:
    """Write the new path of a department and all below it; whoever is there is found by it again."""
    below = tree.below(node)
    for one in below:
        after = path + one.path[len(node.path) :]
        if len(after) > MAX_PATH:
            raise Invalid(name=_("The path would be longer than %(most)s characters.", most=MAX_PATH))
        session.execute(update(Department).where(Department.id == one.id).values(path=after))
    _tell(session, people_in(session, [one.id for one in below]))


def people_in(session: Session, department_ids: Iterable[int]) -> list[int]:
    """Give the people whose department is one of these, deactivated ones too."""
    ids, found = sorted(department_ids), []
    for start in range(0, len(ids), PART):
        query = select(Profile.person_id).where(Profile.department_id.in_(ids[start : start + PART]))
        found += list(session.scalars(query.order_by(Profile.person_id)))
    return found


def _tell(session: Session, person_ids: list[int]) -> None:
    emit_all(session, [PersonChanged(person_id) for person_id in person_ids])


def merge(session: Session, department_id: int, into: str, day: date, actor_id: int) -> int:
    """Let a department end: its people and its departments go to another. Gives that one's id.

    `day` is the first one in the new department, local. Raises Invalid, NotFound.
    """
    tree = locked(session)
    node, other = tree.node(department_id), _other(tree, into, "into")
    _require_free(tree, node)
    if other in tree.below(node):
        raise Invalid(into=_("A department cannot go into itself or one below it."))
    for child in tree.children(node):
        _put_under(session, tree, child, other, "into")
    moved = _close(session, node, other, day)
    _note(session, "merge", node.id, actor_id, into=other.path, people=moved, path=node.path)
    return other.id


def end(session: Session, department_id: int, into: str, day: date, actor_id: int) -> None:
    """Let a department without departments end; its people, if any, go where `into` says.

    Raises Invalid when it has departments below, or people and no place for them; NotFound.
    """
    tree = locked(session)
    node = tree.node(department_id)
    _require_free(tree, node)
    if tree.children(node):
        raise Invalid(
            into=_("It has departments below it: move or end them first, or merge it into another.")
        )
    other = _other(tree, into, "into") if into.strip() else None
    if other is node:
        raise Invalid(into=_("A department cannot go into itself or one below it."))
    if node.people and other is None:
        raise Invalid(into=_("There are people in it: say where they go."))
    moved = _close(session, node, other, day)
    _note(session, "end", node.id, actor_id, into=other.path if other else "", people=moved, path=node.path)


def _close(session: Session, node: Node, other: Node | None, day: date) -> int:
    moved = _move_people(session, node.id, other.id, day) if other else 0
    session.execute(update(Department).where(Department.id == node.id).values(ended_on=day))
    return moved


def _move_people(session: Session, old: int, new: int, day: date) -> int:
    """Let everybody of a department belong to another from a day on, in statements that count no people."""
    held, ids = DepartmentMembership, people_in(session, [old])
    lasting = (held.department_id == old, held.to_date.is_(None))
    session.execute(update(held).where(*lasting, held.from_date >= day).values(department_id=new))
    before = (*lasting, or_(held.from_date.is_(None), held.from_date < day))
    copied = select(held.person_id, literal(new, BigInteger), literal(day, Date)).where(*before)
    session.execute(insert(held).from_select(["person_id", "department_id", "from_date"], copied))
    session.execute(update(held).where(*before).values(to_date=day - timedelta(days=1)))
    session.execute(update(Profile).where(Profile.department_id == old).values(department_id=new))
    session.expire_all()
    _tell(session, ids)
    return len(ids)


def lead(session: Session, department_id: int, who: str, actor_id: int) -> None:
    """Say who leads a department, by login or address; nobody for an empty text. Raises Invalid, NotFound."""
    node, name = Structure(session).node(department_id), who.strip().lstrip("@")
    head = None
    if name:
        head = accounts.person_by_email(session, name) or accounts.person_by_uid(session, name)
        if head is None or head.status != "active" or head.kind != "employee":
            raise Invalid(head=_("No active employee has this login or address."))
    values = {"head_id": head.id if head else None}
    session.execute(update(Department).where(Department.id == node.id).values(**values))
    _note(session, "lead", node.id, actor_id, head=values["head_id"], before=node.head_id)


def _note(session: Session, what: str, department_id: int, actor_id: int, **about: object) -> None:
    session.flush()
    audit.record(
        session, f"department.{what}", actor_id=actor_id, target=f"department:{department_id}", **about
    )
