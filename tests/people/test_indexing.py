"""People are found by name and by every name of their skills; their export and erasure are complete."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core import db
from rse.people import exports, search
from rse.people.models import Endorsement, Follow, PersonSkill, Profile, SkillName
from tests import factories

Browser = Callable[[str], factories.Client]


def test_the_document_holds_synonyms_department_and_site(company: dict[str, int], session: Session) -> None:
    db.begin_write()
    skill = session.scalar(
        select(PersonSkill.skill_id)
        .join(SkillName, SkillName.skill_id == PersonSkill.skill_id)
        .where(SkillName.folded == "soudage")
    )
    session.add(SkillName(skill_id=skill, folded="welding", label="welding"))
    db.commit()
    (document,) = search.load(session, [company["karim"]])
    assert document.title == "Karim Benali"
    assert {"Soudage", "welding"} <= set(document.skills)
    assert "welding" in document.body
    assert (document.department, document.site) == ("Groupe / R&D / Essais", "Lyon")


def test_hits_go_through_the_audience(
    group_with_guest: int, company: dict[str, int], session: Session
) -> None:
    ids = [company["amelie"], company["karim"]]
    found = search.hits(session, ids, factories.viewer_of(company["james"]))
    assert {number: (hit.title, hit.text) for number, hit in found.items()} == {
        company["amelie"]: ("Amélie Rousseau", "")
    }
    assert set(search.hits(session, ids, factories.viewer_of(company["sofia"]))) == set(ids)


def test_the_export_names_everything_and_the_erasure_leaves_nothing(
    browser_as: Browser, company: dict[str, int], session: Session
) -> None:
    karim, sofia = company["karim"], company["sofia"]
    session.rollback()
    db.begin_write()
    from rse.core import clock

    skill = session.scalar(select(PersonSkill.skill_id).where(PersonSkill.person_id == karim).limit(1))
    session.add(Endorsement(person_id=karim, skill_id=skill, by_id=sofia, at=clock.now()))
    session.add(Follow(follower_id=karim, person_id=sofia, at=clock.now()))
    session.flush()
    kinds = {row["what"] for row in exports.rows(session, karim)}
    assert kinds >= {"person", "profile", "skill", "endorsement received", "followed"}
    assert "endorsement given" in {row["what"] for row in exports.rows(session, sofia)}
    exports.erase(session, karim)
    db.commit()
    for table in (Profile, PersonSkill, Endorsement):
        assert session.scalar(select(func.count()).select_from(table).where(table.person_id == karim)) == 0
