"""What the database knows already of the people that a directory file may name, read once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.people.models import DepartmentMembership, PersonSkill, Profile

CARD = (
    "uid", "email", "given_name", "family_name", "display_name", "sort_name", "title", "site", "kind",
    "status", "roles", "version",
)  # fmt: skip
PROFILE = (
    "department_id", "languages", "about", "phone", "start_date", "end_date", "locked", "source", "imported",
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """A person as stored; `profile` is None when they have none."""

    id: int
    card: dict[str, Any]
    profile: dict[str, Any] | None
    manager_id: int | None
    demo: bool

    @property
    def imported(self) -> dict[str, Any]:
        """What the last import said of the fields that are the person's own."""
        return (self.profile or {}).get("imported") or {}


def people(session: Session) -> dict[str, Known]:
    """Give everybody by login."""
    columns = [getattr(Person, name) for name in CARD]
    profile = [getattr(Profile, name) for name in PROFILE]
    query = select(Person.id, Person.demo, *columns, Profile.person_id, Profile.manager_id, *profile)
    found = {}
    for values in session.execute(query.outerjoin(Profile, Profile.person_id == Person.id)).mappings():
        card = {name: values[name] for name in CARD}
        own = {name: values[name] for name in PROFILE} if values["person_id"] else None
        found[card["uid"].lower()] = Known(values["id"], card, own, values["manager_id"], values["demo"])
    return found


def skills(session: Session, ids: list[int]) -> dict[int, set[int]]:
    """Give the skills that persons declare."""
    held: dict[int, set[int]] = defaultdict(set)
    query = select(PersonSkill.person_id, PersonSkill.skill_id).where(PersonSkill.person_id.in_(ids))
    for person_id, skill_id in session.execute(query):
        held[person_id].add(skill_id)
    return held


def memberships(session: Session, ids: list[int]) -> dict[int, tuple[int, date | None]]:
    """Give the lasting membership of persons: the department, and since when."""
    query = select(
        DepartmentMembership.person_id, DepartmentMembership.department_id, DepartmentMembership.from_date
    )
    lasting = DepartmentMembership.to_date.is_(None)
    rows = session.execute(query.where(lasting, DepartmentMembership.person_id.in_(ids)))
    return {row[0]: (row[1], row[2]) for row in rows}
