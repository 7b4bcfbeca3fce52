"""A directory file fills people, departments, reporting lines and skills; again, it changes nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from rse.accounts.models import AuditEntry, Person
from rse.core import db
from rse.core.events import StoredEvent
from rse.people.models import Department, DepartmentMembership, PersonSkill, Profile, Skill

ADA = "ada.king,ada@x.example,Ada,King,Directrice,Groupe / R&D,Lyon,,fr;en,Calcul;Poésie,2019-02-01"
BEN = "ben.roy,ben@x.example,Ben,Roy,Ingénieur,Groupe / R&D / Essais,Lyon,ada.king,Français,calcul,01/09/2020"
CLO = "clo.bel,clo@x.example,Chloé,Bel,Technicienne,Groupe / R&D / Essais,Nantes,ben.roy,,,"

Bring = Callable[..., Any]


def count(model: Any) -> int:
    return db.db.session.scalar(select(func.count()).select_from(model)) or 0


def person(uid: str) -> Person:
    db.db.session.rollback()
    return db.db.session.scalars(select(Person).where(Person.uid == uid)).one()


def profile(uid: str) -> Profile:
    return db.db.session.scalars(select(Profile).where(Profile.person_id == person(uid).id)).one()


def test_everything_in_the_file_is_stored(bring: Bring) -> None:
    result = bring(ADA, BEN, CLO)
    assert result.exit_code == 0, result.output
    assert "3 créées" in result.output
    ada, ben = person("ada.king"), person("ben.roy")
    assert (ada.display_name, ada.sort_name, ada.title, ada.site) == (
        "Ada King",
        "king ada",
        "Directrice",
        "Lyon",
    )
    assert (ada.is_manager, ben.is_manager, person("clo.bel").is_manager) == (True, True, False)
    assert profile("ben.roy").manager_id == ada.id
    assert profile("ben.roy").languages == ["fr"]
    assert profile("ben.roy").start_date == date(2020, 9, 1)
    assert profile("ada.king").locked["title"] == "directory"
    paths = set(db.db.session.scalars(select(Department.path)))
    assert paths == {"Groupe", "Groupe / R&D", "Groupe / R&D / Essais"}
    assert count(Skill) == 2, "calcul is Calcul"
    begins = set(db.db.session.scalars(select(DepartmentMembership.from_date)))
    assert begins == {date(2019, 2, 1), date(2020, 9, 1), None}


def test_a_second_import_duplicates_and_changes_nothing(bring: Bring) -> None:
    bring(ADA, BEN, CLO)
    before = [
        count(m) for m in (Person, Profile, Department, DepartmentMembership, Skill, PersonSkill, StoredEvent)
    ]
    versions = dict(db.db.session.execute(select(Person.uid, Person.version)).all())
    result = bring(ADA, BEN, CLO)
    assert "0 créées, 0 mises à jour, 3 inchangées" in result.output
    assert before == [
        count(m) for m in (Person, Profile, Department, DepartmentMembership, Skill, PersonSkill, StoredEvent)
    ]
    assert versions == dict(db.db.session.execute(select(Person.uid, Person.version)).all())


def test_a_changed_line_updates_the_person_and_keeps_the_history(bring: Bring) -> None:
    bring(ADA, BEN)
    bring(
        ADA,
        BEN.replace("Groupe / R&D / Essais", "Groupe / Qualité").replace("Ingénieur", "Ingénieur qualité"),
    )
    assert person("ben.roy").title == "Ingénieur qualité"
    query = select(Department.path, DepartmentMembership.to_date.is_(None)).join(
        DepartmentMembership, DepartmentMembership.department_id == Department.id
    )
    mine = DepartmentMembership.person_id == person("ben.roy").id
    rows = db.db.session.execute(query.where(mine).order_by(DepartmentMembership.id)).all()
    assert [tuple(row) for row in rows] == [("Groupe / R&D / Essais", False), ("Groupe / Qualité", True)]


def test_skills_follow_the_file_but_not_against_the_person(bring: Bring) -> None:
    bring(ADA)
    ada = person("ada.king").id
    poetry = db.db.session.scalar(select(Skill.id).where(Skill.slug == "poesie"))
    db.begin_write().query(PersonSkill).filter_by(person_id=ada, skill_id=poetry).delete()
    db.commit()
    bring(ADA.replace("Calcul;Poésie", "Calcul;Poésie;Mécanique"))
    labels = db.db.session.scalars(
        select(Skill.label_fr)
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .where(PersonSkill.person_id == ada)
    )
    assert sorted(labels) == ["Calcul", "Mécanique"], "what the person took away does not come back"
    bring(ADA.replace("Calcul;Poésie", "Mécanique"))
    assert count(PersonSkill) == 1


def test_two_people_may_swap_their_addresses(bring: Bring) -> None:
    bring(ADA, BEN)
    result = bring(ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@"))
    assert result.exit_code == 0, result.output
    assert (person("ada.king").email, person("ben.roy").email) == ("ben@x.example", "ada@x.example")


def test_kind_roles_and_about_are_taken_where_the_file_has_them(bring: Bring) -> None:
    header = "uid,email,given_name,family_name,roles,kind,about"
    line = (
        'jo.guest,jo@y.example,Jo,Guest,moderator community_manager,guest,"Deux\nlignes, et ""guillemets"""'
    )
    result = bring(data=f"{header}\n{line}\n".encode())
    assert result.exit_code == 0, result.output
    assert person("jo.guest").kind == "guest"
    assert person("jo.guest").roles == {"moderator", "community_manager"}
    assert profile("jo.guest").about == 'Deux\nlignes, et "guillemets"'


def test_a_file_cannot_take_the_last_administrator(bring: Bring) -> None:
    header = "uid,email,given_name,family_name,roles"
    made = ("ada,ada@y.example,Ada,King,{}", "ben,ben@y.example,Ben,Roy,{}")

    def run(first: str, second: str) -> Any:
        lines = [header, made[0].format(first), made[1].format(second)]
        return bring(data="\n".join([*lines, ""]).encode())

    run("admin", "admin hr")
    result = run("", "hr")
    assert "ben" in result.output
    assert person("ada").roles == frozenset()
    assert person("ben").roles == {"admin", "hr"}
    noted = db.db.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "roles")).all()
    assert len(noted) == 1
