"""A person's profile in their own export, and what an erasure removes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.feature import Export
from rse.people.models import (
    Department,
    DepartmentMembership,
    Deputy,
    Endorsement,
    Follow,
    PersonSkill,
    Profile,
    Skill,
)
from rse.people.views import pictures

CARD = ("uid", "email", "given_name", "family_name", "display_name", "title", "site", "kind", "created_at")
OWN = (
    "about",
    "phone",
    "languages",
    "start_date",
    "end_date",
    "away_from",
    "away_until",
    "locked",
    "preferences",
)


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give everything that the people feature keeps of a person, each row with what it is."""
    card = select(*(getattr(Person, n) for n in CARD)).where(Person.id == person_id)
    own = select(*(getattr(Profile, n) for n in OWN)).where(Profile.person_id == person_id)
    departments = select(Department.path, DepartmentMembership.from_date, DepartmentMembership.to_date)
    departments = departments.join(Department, Department.id == DepartmentMembership.department_id)
    skills = select(Skill.label_fr, Skill.label_en, PersonSkill.level, PersonSkill.since)
    skills = skills.join(Skill, Skill.id == PersonSkill.skill_id)
    given = select(Skill.label_fr, Skill.label_en, Person.display_name.label("of"), Endorsement.at)
    given = given.join(Skill, Skill.id == Endorsement.skill_id).join(
        Person, Person.id == Endorsement.person_id
    )
    got = select(Skill.label_fr, Skill.label_en, Person.display_name.label("by"), Endorsement.at)
    got = got.join(Skill, Skill.id == Endorsement.skill_id).join(Person, Person.id == Endorsement.by_id)
    followed = select(Person.display_name.label("person"), Follow.tag, Follow.at)
    followed = followed.outerjoin(Person, Person.id == Follow.person_id)
    deputies = select(Person.display_name.label("deputy"), Deputy.from_date, Deputy.until_date)
    deputies = deputies.join(Person, Person.id == Deputy.deputy_id)
    for what, query in (
        ("person", card),
        ("profile", own),
        ("department", departments.where(DepartmentMembership.person_id == person_id)),
        ("skill", skills.where(PersonSkill.person_id == person_id)),
        ("endorsement given", given.where(Endorsement.by_id == person_id)),
        ("endorsement received", got.where(Endorsement.person_id == person_id)),
        ("deputy", deputies.where(Deputy.manager_id == person_id)),
        ("followed", followed.where(Follow.follower_id == person_id)),
    ):
        for row in session.execute(query).mappings():
            yield {"what": what, **row}


def erase(session: Session, person_id: int) -> None:
    """Remove the profile, skills, endorsements and follows; memberships stay, for the counts."""
    session.execute(
        delete(Endorsement).where(or_(Endorsement.person_id == person_id, Endorsement.by_id == person_id))
    )
    session.execute(delete(Deputy).where(or_(Deputy.manager_id == person_id, Deputy.deputy_id == person_id)))
    session.execute(delete(Follow).where(or_(Follow.follower_id == person_id, Follow.person_id == person_id)))
    session.execute(delete(PersonSkill).where(PersonSkill.person_id == person_id))
    session.execute(update(Profile).where(Profile.manager_id == person_id).values(manager_id=None))
    session.execute(update(Department).where(Department.head_id == person_id).values(head_id=None))
    session.execute(delete(Profile).where(Profile.person_id == person_id))


def contents(session: Session, person_id: int) -> Iterator[tuple[str, Path]]:
    """Give the photo."""
    photo = session.scalar(select(Person.photo).where(Person.id == person_id))
    if photo:
        yield f"photo/{photo}", pictures() / photo


export = Export("people", rows, erase, contents)
