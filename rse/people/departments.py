"""The company's tree of departments, and when a person belonged to which."""

import re
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts.names import fold
from rse.core.model import new_id
from rse.people.models import Department, DepartmentMembership

SEPARATOR = " / "
HAND = "hand"  # source of what an administrator has made here
MAX_NAME, MAX_PATH = 200, 600


def split_path(text: str) -> tuple[str, ...]:
    """Give the names of a path `A / B / C` from the top; a slash inside a word is part of the name."""
    return tuple(" ".join(part.split()) for part in re.split(r"(?:^|\s)/(?:\s|$)", text) if part.strip())


class Tree:
    """The departments of the company, read once; paths that differ in case or accents are one.

    What a source outside names is its own from then on, and lives again where it had ended.
    """

    def __init__(self, session: Session, source: str = HAND) -> None:
        self.session, self.source = session, source
        self.by_key: dict[str, int] = {}
        self.to_claim: set[int] = set()
        columns = (Department.id, Department.path, Department.source, Department.ended_on)
        for department_id, path, owner, ended_on in session.execute(select(*columns)):
            self.by_key[fold(path)] = department_id
            if ended_on is not None or (owner == HAND and source != HAND):
                self.to_claim.add(department_id)

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
            if known in self.to_claim:
                self._claim(known)
            parent = known
        return parent

    def _add(self, parent: int | None, name: str, path: str, *, demo: bool) -> int:
        values = {"parent_id": parent, "name": name, "path": path, "source": self.source, "demo": demo}
        added = Department(id=new_id(), **values)
        self.session.add(added)
        self.session.flush()
        self.by_key[fold(path)] = added.id
        return added.id

    def _claim(self, department_id: int) -> None:
        self.to_claim.discard(department_id)
        values = {"source": self.source, "ended_on": None}
        self.session.execute(update(Department).where(Department.id == department_id).values(**values))


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
