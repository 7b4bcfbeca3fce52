"""The reporting line: who manages whom, kept free of circles."""

from collections.abc import Iterable, Mapping

from sqlalchemy import CTE, exists, literal, select, update
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.people.models import Profile

MAX_LEVELS = 50


def above(person_id: int) -> CTE:
    """Give the (id, level) of the managers above a person, level 0 the direct one."""
    first = select(Profile.manager_id.label("id"), literal(0).label("level"))
    line = first.where(Profile.person_id == person_id).cte("above", recursive=True)
    deeper = select(Profile.manager_id, line.c.level + 1).join(line, Profile.person_id == line.c.id)
    return line.union_all(deeper.where(line.c.level < MAX_LEVELS))


def managers_above(session: Session, person_id: int) -> list[int]:
    """Give the managers of a person, the direct one first; a circle in old data ends the list."""
    tree = above(person_id)
    found = session.scalars(select(tree.c.id).where(tree.c.id.is_not(None)).order_by(tree.c.level))
    chain = list(dict.fromkeys(found))
    return chain[: chain.index(person_id)] if person_id in chain else chain


def set_manager(session: Session, profile: Profile, manager_id: int | None) -> bool:
    """Give a person another manager; refused (False) when the line would go in a circle. Flushes."""
    if manager_id == profile.manager_id:
        return True
    above = managers_above(session, manager_id) if manager_id else []
    if manager_id == profile.person_id or profile.person_id in above:
        return False
    touched = {profile.manager_id, manager_id} - {None}
    profile.manager_id = manager_id
    session.flush()
    refresh_managers(session, [person for person in touched if person])
    return True


def refresh_managers(session: Session, ids: Iterable[int] | None = None) -> None:
    """Keep `is_manager` true of those to whom an active person reports; of everybody without `ids`."""
    report = aliased(Person)
    below = exists().where(
        Profile.manager_id == Person.id, report.id == Profile.person_id, report.status == "active"
    )
    of_these = [Person.id.in_(list(ids))] if ids is not None else []
    for criterion, value in ((below & ~Person.is_manager, True), (~below & Person.is_manager, False)):
        change = update(Person).where(criterion, *of_these).values(is_manager=value)
        session.execute(change, execution_options={"synchronize_session": False})


def closing_edges(lines: Iterable[tuple[int, int]], known: Mapping[int, int]) -> set[int]:
    """Give the persons whose new manager would close a circle; edges are (person, manager) in order.

    `known` holds the managers of the persons that the edges do not name.
    """
    chosen, closing = dict(known), set()
    for person, manager in lines:
        seen, at = {person}, manager
        while at in chosen and at not in seen:
            seen.add(at)
            at = chosen[at]
        if at == person:
            closing.add(person)
        else:
            chosen[person] = manager
    return closing
