"""A person decides whether, and for what, they are shown as one who knows; what is offered to them to declare."""

from sqlalchemy import insert, select

from rse.core import db
from rse.people.models import Skill, SkillName
from tests.search.company import Company
from tests.search.test_experts import names

PAGE = "/settings/expertise"


def test_who_turns_it_off_is_shown_nowhere_until_they_turn_it_on_again(company: Company) -> None:
    company.skills("karim", soudure=4)
    company.post("karim", "La soudure au plomb")
    company.index()
    assert names(company.experts("amelie", "soudure")) == ["karim.benali"]
    assert company["karim"].post(PAGE, data={"on": "false"}).status_code == 303
    assert company.experts("amelie", "soudure") == []
    assert "Karim Benali" not in company["amelie"].get("/experts?q=soudure").text
    assert company.titles("amelie", "soudure")  # what he wrote is still found
    assert "aucun sujet" in company["karim"].get(PAGE).text
    company["karim"].post(PAGE, data={"on": "true"})
    assert names(company.experts("amelie", "soudure")) == ["karim.benali"]


def test_a_subject_is_left_out_under_all_its_names_and_no_other_subject(company: Company) -> None:
    company.skills("karim", comptabilité=4, soudure=2)
    session = db.begin_write()
    number = session.scalar(select(Skill.id).where(Skill.slug == "comptabilite"))
    session.execute(insert(SkillName), [{"skill_id": number, "folded": "accounting", "label": "accounting"}])
    db.commit()
    company.index()
    karim = company["karim"]
    assert karim.post(f"{PAGE}/subjects", data={"label": "Comptabilité"}).status_code == 303
    for subject in ("comptabilité", "Accounting", "qui connaît la comptabilité analytique ?"):
        assert names(company.experts("amelie", subject)) == [], subject
    assert names(company.experts("amelie", "soudure")) == ["karim.benali"]
    assert "Comptabilité" in karim.get(PAGE).text
    karim.post(f"{PAGE}/subjects", data={"label": "comptabilite", "back": "true"})
    assert names(company.experts("amelie", "comptabilité")) == ["karim.benali"]


def test_a_subject_without_words_is_refused_with_the_reason(company: Company) -> None:
    refused = company["karim"].post(f"{PAGE}/subjects", data={"label": "  "})
    assert refused.status_code == 422
    assert "Écrivez un sujet" in refused.text
    for number in range(30):
        company["karim"].post(f"{PAGE}/subjects", data={"label": f"sujet{number}"})
    assert company["karim"].post(f"{PAGE}/subjects", data={"label": "un de trop"}).status_code == 422


def answered(company: Company) -> None:
    """Two posts about welding that Sofia answered; the vocabulary knows the word."""
    company.skills("karim", soudure=2)
    for text in ("La soudure du châssis tient mal", "Nos soudures cassent"):
        company.comment("sofia", company.post("claire", text), "Préchauffez la pièce")


def test_what_one_answered_about_is_offered_to_oneself_alone(company: Company) -> None:
    answered(company)
    page = company["sofia"].get(PAGE).text
    assert "Vous avez répondu à 2 publications" in page
    assert "Soudure" in company["sofia"].get("/settings/skills").text
    for other in ("claire", "karim"):  # one wrote the posts, one declares it already
        assert "Vous avez répondu" not in company[other].get(PAGE).text
    assert company.experts("amelie", "soudure")[0]["person"]["uid"] == "karim.benali"


def test_an_offer_is_accepted_or_refused_for_good(company: Company) -> None:
    answered(company)
    decide = f"{PAGE}/skills/soudure"
    assert company["sofia"].post(decide, data={"declare": "true"}).status_code == 303
    assert [skill["label"] for skill in company.do("sofia", "GET", "/me")["skills"]] == ["soudure"]
    assert "Vous avez répondu" not in company["sofia"].get(PAGE).text
    company.comment("thomas", company.post("claire", "Une soudure, encore"), "Oui")
    company.comment("thomas", company.post("claire", "Soudure, suite"), "Oui")
    assert "Vous avez répondu à 2 publications" in company["thomas"].get(PAGE).text
    company["thomas"].post(decide, data={"declare": "false"})
    assert "Vous avez répondu" not in company["thomas"].get(PAGE).text
    assert company.do("thomas", "GET", "/me")["skills"] == []
    assert company["thomas"].post(f"{PAGE}/skills/nothing", data={"declare": "true"}).status_code == 404


def test_guests_have_no_such_page(company: Company) -> None:
    assert company["james"].get(PAGE).status_code == 404
    assert company["james"].get("/skills/soudure").status_code == 404
