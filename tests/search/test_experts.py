"""Who knows about X: ranked by visible evidence, with the reasons, in both languages."""

import pytest
from sqlalchemy import insert, select

from rse.core import db
from rse.people.models import Skill, SkillName
from rse.search.topics import topic_of
from tests.search.company import Company


def kinds(expert: dict) -> list[str]:
    return [proof["kind"] for proof in expert["evidence"]]


def names(experts: list[dict]) -> list[str]:
    return [expert["person"]["uid"] for expert in experts]


def test_declared_skills_endorsements_answers_and_posts_are_reasons(company: Company) -> None:
    company.skills("karim", kubernetes=3)
    company.skills("sofia", kubernetes=1)
    slug = company.do("karim", "GET", "/me")["skills"][0]["slug"]
    company.do("amelie", "PUT", f"/people/{company.pid('karim')}/skills/{slug}/endorsement", 204)
    question = company.post(
        "claire", "Comment déployer kubernetes ?", kind="question", title="Kubernetes en production"
    )
    company.accept("claire", question, company.comment("karim", question, "Un kubernetes par site"))
    company.comment("thomas", question, "kubernetes me dépasse")
    company.index()
    found = company.experts("amelie", "kubernetes")
    assert names(found)[0] == "karim.benali"
    assert set(names(found)) == {"karim.benali", "sofia.marchetti", "thomas.nguyen", "claire.dupont"}
    first = found[0]
    assert kinds(first) == ["skill", "endorsement", "answer"]
    assert [proof["count"] for proof in first["evidence"]] == [3, 1, 1]
    assert first["evidence"][2]["label"] == "Kubernetes en production"
    assert first["evidence"][2]["url"].startswith("/comments/")
    assert all(expert["evidence"] for expert in found)
    assert [e["score"] for e in found] == sorted((e["score"] for e in found), reverse=True)


def test_french_and_english_names_and_synonyms_find_the_same_people(company: Company) -> None:
    company.skills("karim", comptabilité=4)
    session = db.begin_write()
    number = session.scalar(select(Skill.id).where(Skill.label_fr == "comptabilité"))
    session.execute(
        insert(SkillName), [{"skill_id": number, "folded": f, "label": f} for f in ("accounting", "compta")]
    )
    db.commit()
    company.index()
    for topic in (
        "comptabilité",
        "Comptabilite",
        "accounting",
        "compta",
        "expert accounting",
        "COMPTABILITÉ",
    ):
        assert names(company.experts("amelie", topic)) == ["karim.benali"], topic


def test_evidence_is_only_what_the_asker_may_read(company: Company) -> None:
    slug = company.group("karim", "Cellule discrète", "secret")
    company.post("karim", "Le procédé béryllium", group=slug)
    company.post("sofia", "Le béryllium coûte cher")
    talk = company.do("thomas", "POST", "/conversations", 201, member_ids=[company.pid("amelie")])
    company.do(
        "thomas", "POST", f"/conversations/{talk['id']}/messages", 201, body="béryllium !", client_id="c1"
    )
    company.index()
    assert names(company.experts("amelie", "béryllium")) == ["sofia.marchetti"]
    assert names(company.experts("sofia", "béryllium")) == []  # nobody is told of themselves
    assert company.experts("james", "béryllium") == []


def test_a_text_that_became_private_is_no_evidence_even_before_the_index_knows(company: Company) -> None:
    slug = company.group("karim", "Atelier verre")
    company.post("karim", "Le soufflage du verre", group=slug)
    company.index()
    assert names(company.experts("amelie", "soufflage")) == ["karim.benali"]
    company.do("karim", "PATCH", f"/groups/{slug}", visibility="secret")
    assert company.experts("amelie", "soufflage") == []


def test_experts_are_filtered_by_site(company: Company) -> None:
    company.skills("karim", soudure=2)
    company.index()
    assert names(company.experts("amelie", "soudure", site="Lyon")) == []
    assert company["amelie"].get("/api/v1/experts?q=soudure&limit=99").status_code == 422


def test_people_come_first_when_the_question_is_about_people(company: Company) -> None:
    company.skills("karim", SAP=4)
    company.post("sofia", "On migre SAP en juin")
    company.index()
    page = company["amelie"].get("/search?q=qui+connaît+SAP+%3F").text
    assert page.index("Karim Benali") < page.index("On migre")
    assert "référent" in page
    assert "/experts?q=SAP" in page


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("qui connaît SAP ?", "SAP"),
        ("Qui s'y connaît en droit du travail ?", "droit du travail"),
        ("expert RGPD", "RGPD"),
        ("quelqu’un qui maîtrise l’anglais", "anglais"),
        ("qui peut m'aider sur les congés", "congés"),
        ("who knows kubernetes", "kubernetes"),
        ("Who can help me with git?", "git"),
        ("SAP experts", "SAP"),
        ("find someone who knows rust", "rust"),
        ("expertise comptable", None),
        ("qui", None),
        ("licenciement économique", None),
        ("expert", None),
    ],
)
def test_questions_about_people_are_recognised(text: str, topic: str | None) -> None:
    assert topic_of(text) == topic
