"""A vocabulary of skills is imported in two forms, and joins what people have called their skills already."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.core import db
from rse.people.models import PersonSkill, Skill, SkillName

Bring = Callable[..., Any]
ESCO = """id,label_fr,label_en,synonyms_fr,synonyms_en,broader_id
a1,soudage,welding,soudure à l'arc,arc welding;weld,b2
b2,travail des métaux,metalwork,,,
c3,,,x,y,
"""
SLUGS = "slug,label_fr,label_en,synonyms_fr,synonyms_en\nusinage,Usinage,Machining,fraisage,milling\n"


@pytest.fixture
def teach(tmp_path: Path, any_app: Flask) -> Callable[[str], Any]:
    def run(text: str) -> Any:
        file = tmp_path / "skills.csv"
        file.write_text(text)
        return any_app.test_cli_runner().invoke(args=["import", "skills", str(file)])

    return run


def test_both_languages_synonyms_and_broader_terms_are_kept(teach: Callable[[str], Any]) -> None:
    result = teach(ESCO)
    assert result.exit_code == 0, result.output
    assert "ligne 4\u00a0: Le libellé manque." in result.stderr
    welding = db.db.session.scalars(select(Skill).where(Skill.source_id == "a1")).one()
    assert (welding.slug, welding.label_fr, welding.label_en) == ("soudage", "soudage", "welding")
    assert db.db.session.get(Skill, welding.broader_id).label_en == "metalwork"
    names = set(db.db.session.scalars(select(SkillName.folded).where(SkillName.skill_id == welding.id)))
    assert names == {"soudage", "welding", "soudure a l'arc", "arc welding", "weld"}


def test_a_second_import_duplicates_nothing(teach: Callable[[str], Any]) -> None:
    teach(ESCO)
    teach(SLUGS)
    count = select(func.count()).select_from(Skill)
    before = db.db.session.scalar(count)
    db.db.session.rollback()
    assert "0 créées, 0 mises à jour, 2 inchangées" in teach(ESCO).output
    assert "0 créées, 0 mises à jour, 1 inchangées" in teach(SLUGS).output
    assert db.db.session.scalar(count) == before == 3


def test_a_declared_skill_is_found_by_synonym_accent_and_case(
    teach: Callable[[str], Any], bring: Bring
) -> None:
    teach(ESCO)
    bring("ada.king,ada@x.example,Ada,King,,,,,,WELDING;Soudure a l’arc;soudage,")
    assert db.db.session.scalar(select(func.count()).select_from(PersonSkill)) == 1


def test_a_word_that_people_use_is_completed(teach: Callable[[str], Any], bring: Bring) -> None:
    bring("ada.king,ada@x.example,Ada,King,,,,,,Soudage,")
    assert "1 mises à jour" in teach(ESCO).output
    welding = db.db.session.scalars(select(Skill).where(Skill.source_id == "a1")).one()
    assert welding.label_en == "welding"
    assert db.db.session.scalar(select(PersonSkill.skill_id)) == welding.id
