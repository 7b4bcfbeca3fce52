"""The cast with departments, lines and skills."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, db
from rse.groups.models import Group, Membership
from rse.people import expertise, service
from rse.people.departments import Tree
from rse.people.models import Profile, Skill
from tests import factories


@pytest.fixture
def company(session: Session, cast: dict[str, int]) -> dict[str, int]:
    """Claire manages Thomas, who manages Amélie and Karim; two departments, two sites."""
    db.begin_write()
    tree = Tree(session)
    places = {
        "amelie": "Groupe / R&D",
        "karim": "Groupe / R&D / Essais",
        "thomas": "Groupe / R&D",
        "sofia": "Groupe / Ventes",
    }
    above = {"amelie": "thomas", "karim": "thomas", "thomas": "claire"}
    for name, person_id in cast.items():
        profile = service.profile_of(session, person_id)
        profile.department_id = tree.find_or_add(places.get(name, ""))
        profile.manager_id = cast[above[name]] if name in above else None
        profile.welcome_step = 4
        person = session.get_one(Person, person_id)
        person.site = "Nantes" if name == "sofia" else "Lyon"
        person.title = f"Fonction {name}"
        person.sort_name = (
            f"{person.family_name} {person.given_name}".lower().replace("è", "e").replace("é", "e")
        )
        person.is_manager = name in above.values()
    session.flush()
    for name in ("amelie", "karim"):
        expertise.set_skills(
            session, factories.viewer_of(cast[name]), [("Soudage", 3), ("Sécurité machine", 2)]
        )
    db.commit()
    return cast


@pytest.fixture
def group_with_guest(session: Session, company: dict[str, int]) -> int:
    """A closed group of Amélie and James, the guest."""
    db.begin_write()
    group = Group(
        slug="chantier",
        name="Chantier",
        visibility="closed",
        audience="everyone",
        posts_audience="",
        created_at=clock.now(),
    )
    session.add(group)
    session.flush()
    group.posts_audience = f"group:{group.id}"
    for name in ("amelie", "james"):
        session.add(Membership(group_id=group.id, person_id=company[name], at=clock.now()))
    db.commit()
    return group.id


@pytest.fixture
def slug(session: Session, company: dict[str, int]) -> Callable[[str], str]:
    return lambda label: session.query(Skill.slug).filter(Skill.label_fr == label).scalar()


@pytest.fixture
def profile(session: Session) -> Callable[[int], Profile]:
    def load(person_id: int) -> Profile:
        session.rollback()
        session.expire_all()
        return session.get_one(Profile, person_id)

    return load


@pytest.fixture
def count_queries(app: Flask) -> Iterator[Callable[[Callable[[], Any]], int]]:
    """Count the statements of a request."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", note)

    def count(act: Callable[[], Any]) -> int:
        act()  # what is written once per session
        statements.clear()
        act()
        return len(statements)

    yield count
    event.remove(db.db.engine, "before_cursor_execute", note)
