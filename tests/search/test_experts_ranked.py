"""Experts: answers under what was found count, thanks and narrower skills too; filters; who is to be spared."""

from typing import Any

from sqlalchemy import insert, select, update

from rse.accounts.models import Person
from rse.core import clock, db
from rse.core.model import decode_id
from rse.people.models import Profile, Skill
from rse.questions.models import Asked, Unavailable
from tests.search.company import Company
from tests.search.test_experts import kinds, names


def test_who_answers_a_question_about_it_counts_though_the_answer_holds_none_of_its_words(
    company: Company,
) -> None:
    question = company.post(
        "claire", "Comment brancher le chalumeau ?", kind="question", title="Chalumeau neuf"
    )
    company.comment("thomas", question, "Il faut serrer le raccord d’abord.")
    company.index()
    found = company.experts("amelie", "chalumeau")
    assert names(found)[0] == "thomas.nguyen"
    (proof,) = found[0]["evidence"]
    assert (proof["kind"], proof["count"]) == ("post", 1)
    assert proof["url"].startswith("/comments/")
    assert proof["at"]


def test_a_question_asked_in_a_group_goes_first_to_who_answers_there(company: Company) -> None:
    slug = company.group("karim", "Atelier")
    for name in ("sofia", "thomas", "claire"):
        company.do(name, "PUT", f"/groups/{slug}/membership")
    for text in ("Une vis cassée", "Une vis perdue", "Une vis rouillée"):
        company.comment("sofia", company.post("karim", text, group=slug), "Changez-la")
    company.index()
    page = (
        company["amelie"]
        .get("/questions/suggest", query_string={"title": "une vis tordue", "group": slug})
        .text
    )
    assert "Sofia Marchetti" in page


def test_thanks_for_a_skill_are_a_reason_and_one_colleague_counts_once(company: Company) -> None:
    company.skills("karim", soudure=2)
    slug = company.do("karim", "GET", "/me")["skills"][0]["slug"]
    for body in ("Merci pour le cordon", "Merci encore"):
        thanks: dict[str, Any] = {"kind": "kudos", "recipients": [company.pid("karim")], "skill": slug}
        company.post("amelie", body, **thanks)
    company.index()
    (expert,) = [
        one for one in company.experts("claire", "soudure") if one["person"]["uid"] == "karim.benali"
    ]
    assert kinds(expert) == ["skill", "endorsement", "endorsement"]  # thanks confirm the skill as well
    assert [proof["count"] for proof in expert["evidence"]] == [2, 1, 1]
    assert expert["evidence"][2]["url"].startswith("/posts/")
    assert "remerciements de 1 collègue" in company["claire"].get("/experts?q=soudure").text


def test_a_narrower_skill_speaks_for_the_broader_one_but_less(company: Company) -> None:
    company.skills("karim", programmation=3)
    company.skills("sofia", cobol=3)
    session = db.begin_write()
    broad = session.scalar(select(Skill.id).where(Skill.slug == "programmation"))
    session.execute(update(Skill).where(Skill.slug == "cobol").values(broader_id=broad))
    db.commit()
    company.index()
    assert names(company.experts("amelie", "programmation")) == ["karim.benali", "sofia.marchetti"]
    assert names(company.experts("amelie", "cobol")) == ["sofia.marchetti"]


def test_confirmation_by_who_knows_it_counts_more(company: Company) -> None:
    for name in ("karim", "sofia", "ines"):
        company.skills(name, soudure=2 if name != "ines" else 1)
    for by, name in (("ines", "sofia"), ("claire", "karim")):
        slug = company.do(name, "GET", "/me")["skills"][0]["slug"]
        company.do(by, "PUT", f"/people/{company.pid(name)}/skills/{slug}/endorsement", 204)
    company.index()
    assert names(company.experts("amelie", "soudure"))[:2] == ["sofia.marchetti", "karim.benali"]


def test_experts_are_filtered_by_language_and_department(company: Company) -> None:
    company.skills("karim", soudure=2)
    company.skills("sofia", soudure=2)
    session = db.begin_write()
    session.merge(Profile(person_id=company.ids["sofia"], languages=["it", "fr"]))
    session.get_one(Person, company.ids["sofia"]).timezone = "Asia/Tokyo"
    db.commit()
    company.index()
    assert names(company.experts("amelie", "soudure", language="it")) == ["sofia.marchetti"]
    assert company.experts("amelie", "soudure", department="Groupe / Nulle part") == []
    page = company["amelie"].get("/experts?q=soudure").text
    assert "italien" in page
    assert "language=it" in page
    assert page.count("heure locale") == 1  # only where it is another one than the asker's


def test_who_is_asked_often_or_rests_is_marked_and_comes_last_only_where_one_wants_it(
    company: Company,
) -> None:
    company.skills("karim", soudure=4)
    company.skills("sofia", soudure=3)
    company.skills("thomas", soudure=1)
    posts = [company.post("claire", f"Question {n}", kind="question") for n in range(2)]
    session = db.begin_write()
    session.add(Unavailable(person_id=company.ids["sofia"], since=clock.now()))
    rows = [
        {"post_id": decode_id(post["id"]), "person_id": company.ids["karim"], "by_id": company.ids["claire"]}
        for post in posts
    ]
    session.execute(insert(Asked), [row | {"at": clock.now()} for row in rows])
    db.commit()
    company.index()
    assert names(company.experts("amelie", "soudure")) == ["karim.benali", "sofia.marchetti", "thomas.nguyen"]
    spared = company.experts("amelie", "soudure", spare="1")
    assert names(spared) == ["thomas.nguyen", "karim.benali", "sofia.marchetti"]
    page = company["amelie"].get("/experts?q=soudure").text
    assert "sollicité(e) cette semaine" in page
    assert "Pas disponible pour les questions en ce moment" in page
    assert "spare=1" in page
    assert page.count("Demander publiquement") == 2  # whoever rests is not to be asked


def test_two_askers_see_two_lists(company: Company) -> None:
    slug = company.group("karim", "Coulisses", "secret")
    company.do("karim", "POST", f"/groups/{slug}/members", person_ids=[company.pid("thomas")])
    company.do("thomas", "PUT", f"/groups/{slug}/membership")
    company.post("karim", "Le titane fond", group=slug)
    company.post("sofia", "Le titane brille")
    company.index()
    assert names(company.experts("amelie", "titane")) == ["sofia.marchetti"]
    assert set(names(company.experts("thomas", "titane"))) == {"karim.benali", "sofia.marchetti"}
