"""Groups are suggested where colleagues and people with the same skills are, with the reason in words."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.groups import service
from rse.people.models import Department, PersonSkill, Profile, Skill
from tests import factories

As = Callable[[str], factories.Client]
API = "/api/v1/me/suggested-groups"


def in_department(session: Session, place: Department, *people: int) -> None:
    for person in people:
        session.merge(Profile(person_id=person, department_id=place.id))


def knows(session: Session, skill: Skill, *people: int) -> None:
    session.add_all([PersonSkill(person_id=person, skill_id=skill.id, level=2) for person in people])


def test_groups_are_suggested_with_their_reason_and_only_those_that_one_may_know(any_app: Flask) -> None:
    session = db.begin_write()
    cast = {key: person.id for key, person in factories.make_cast(session).items()}
    place = Department(name="Qualité", path="Qualité")
    skill = Skill(slug="soudage", label_fr="Soudage", label_en="Welding", created_at=clock.now())
    session.add_all([place, skill])
    session.flush()
    in_department(session, place, cast["amelie"], cast["karim"], cast["sofia"], cast["james"])
    knows(session, skill, cast["amelie"], cast["claire"], cast["thomas"])
    members = {
        "Proche": ("open", "karim", "sofia"),
        "Métier": ("closed", "claire", "thomas"),
        "Un seul": ("open", "karim"),
        "Caché": ("secret", "karim", "sofia"),
        "Déjà là": ("open", "karim", "sofia", "amelie"),
        "Clos": ("open", "karim", "sofia"),
    }
    for name, (visibility, *people) in members.items():
        group = service.insert(session, name=name, visibility=visibility)
        group.archived_at = clock.now() if name == "Clos" else None
        for person in people:
            service.enter(session, group, cast[person])
    db.commit()

    amelie = factories.browser_of(any_app, cast["amelie"])
    found = amelie.get(API).get_json()["items"]
    assert [(one["name"], one["reason"]) for one in found] == [
        ("Proche", {"code": "colleagues", "label": "2 collègues de votre service en font partie"}),
        ("Métier", {"code": "skill", "label": "2 membres connaissent Soudage, comme vous"}),
    ]
    html = amelie.get("/groups").text.split("Suggérés pour vous")[1]
    assert "2 membres connaissent Soudage, comme vous" in html
    assert factories.browser_of(any_app, cast["james"]).get(API).get_json()["items"] == []
    assert factories.browser_of(any_app, cast["ines"]).get(API).get_json()["items"] == []
