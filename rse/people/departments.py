"""The company's tree of departments, and when a person belonged to which."""

import re
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.names import fold
from rse.core.model import new_id
from rse.people.models import Department, DepartmentMembership

SEPARATOR = " / "
MAX_NAME, MAX_PATH = 200, 600


def split_path(text: str) -> tuple[str, ...]:
    """Give the names of a path `A / B / C` from the top; a slash inside a word is part of the name."""
    return tuple(" ".join(part.split()) for part in re.split(r"(?:^|\s)/(?:\s|$)", text) if part.strip())


class Tree:
    """The departments of the company, read once; paths that differ in case or accents are one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by_key: dict[str, int] = {}
        for department_id, path in session.execute(select(Department.id, Department.path)):
            self.by_key[fold(path)] = department_id

    def find_or_add(self, text: str, *, demo: bool = False) -> int | None:
        """Give the id of a path, its missing nodes made; None for no path. Raises ValueError (too long)."""
        names = split_path(text)
        if any(len(name) > MAX_NAME for name in names) or len(SEPARATOR.join(names)) > MAX_PATH:
            raise ValueError(text)
        parent: int | None = None
        for depth, name in enumerate(names, 1):
            path = SEPARATOR.join(names[:depth])
            known = self.by_key.get(fold(path))
            if known is None:
                known = self._add(parent, name, path, demo=demo)
            parent = known
        return parent

    def _add(self, parent: int | None, name: str, path: str, *, demo: bool) -> int:
        added = Department(id=new_id(), parent_id=parent, name=name, path=path, demo=demo)
        self.session.add(added)
        self.session.flush()
        self.by_key[fold(path)] = added.id
        return added.id


def place(
    session: Session, person_id: int, department_id: int | None, day: date, since: date | None = None
) -> bool:
    """Let a person belong to a department from a local day on; what was before ends the day before.

    A first membership begins at `since` (None: always). Returns whether anything changed. Flushes.
    """
    query = select(DepartmentMembership).where(DepartmentMembership.person_id == person_id)
    rows = session.scalars(query.order_by(DepartmentMembership.id)).all()
    lasting = [row for row in rows if row.to_date is None]
    if [row.department_id for row in lasting] == ([department_id] if department_id else []):
        return False
    fresh = next((row for row in lasting if row.from_date == day), None)
    for row in lasting:
        if row is not fresh:
            row.to_date = day - timedelta(days=1)
    if fresh is not None and department_id is not None:
        fresh.department_id = department_id  # corrected on the same day
    elif fresh is not None:
        session.delete(fresh)
    elif department_id is not None:
        begins = day if rows else since
        session.add(
            DepartmentMembership(person_id=person_id, department_id=department_id, from_date=begins),
        )
    session.flush()
    return True
