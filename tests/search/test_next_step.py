"""Where nothing is found: the question, prefilled, and who could answer, within what the asker may read."""

import re

from sqlalchemy import update

from rse.accounts.models import Person
from rse.core import db
from tests.search.company import Company


def asked(company: Company, name: str, **values: str) -> str:
    answer = company[name].get("/search", query_string=values)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


def people(page: str) -> list[str]:
    return re.findall(r'name="ask" value="(\w+)"', page)


def test_the_question_is_prefilled_and_asked_of_who_could_answer(company: Company) -> None:
    company.skills("karim", soudage=4)
    company.skills("sofia", soudage=1)
    company.index()
    page = asked(company, "amelie", q="soudage tag:titane")
    assert "Aucun résultat pour « soudage »" in page
    assert re.search(r"<textarea[^>]*>soudage</textarea>", page)
    assert "personnes</strong> de l’entreprise" in page
    assert 'href="/search?q=soudage"' in page
    assert people(page) == [company.pid("karim"), company.pid("sofia")]
    assert "soudage : référent" in page
    sent = {"kind": "question", "body": "Qui sait souder le titane ?", "ask": company.pid("karim")}
    answer = company["amelie"].post("/posts", data=sent, follow_redirects=True)
    assert "Qui sait souder le titane" in answer.text
    company.index()
    told = company["karim"].get("/api/v1/notifications").json["items"]
    assert "asked" in {one["kind"] for one in told}
    assert not people(asked(company, "karim", q="zorglub"))


def test_programs_get_the_same(company: Company) -> None:
    company.skills("karim", soudage=4)
    company.index()
    found = company.search("amelie", "qui connaît le soudage ?", tag="titane")
    step = found["next_step"]
    assert (step["question"], step["group"]) == ("qui connaît le soudage ?", None)
    assert [(one["person"]["uid"], one["reason"].replace("\u00a0", " ")) for one in step["people"]] == [
        ("karim.benali", "soudage : référent")
    ]
    begun = company["amelie"].get(step["url"]).text
    assert "qui connaît le soudage ?</textarea>" in begun
    assert company.search("amelie", "soudage")["next_step"] is None
    assert company.search("amelie", "tag:titane")["next_step"] is None


def test_who_does_not_want_to_be_asked_is_not_offered(company: Company) -> None:
    for name in ("karim", "sofia", "thomas"):
        company.skills(name, soudage=3)
    company["karim"].post("/settings/expertise", data={"on": "false"})
    company["sofia"].post("/questions/available", data={"available": "false"})
    company.index()
    assert people(asked(company, "amelie", q="soudage tag:titane")) == [company.pid("thomas")]


def test_evidence_that_one_may_not_read_offers_nobody(company: Company) -> None:
    slug = company.group("karim", "Projet Zéphyr", "secret")
    for n in range(3):
        company.post("karim", f"Le zéphyr numéro {n}", group=slug)
    company.index()
    assert people(asked(company, "amelie", q="zéphyr")) == []
    assert company.search("amelie", "zéphyr")["next_step"]["people"] == []
    step = company.search("amelie", "zéphyr", group=slug)["next_step"]
    assert (step["group"], step["people"]) == (None, [])


def test_in_a_group_it_is_asked_there_of_its_members(company: Company) -> None:
    slug = company.group("amelie", "Atelier", "closed")
    company.do("amelie", "POST", f"/groups/{slug}/members", person_ids=[company.pid("sofia")])
    company.do("sofia", "PUT", f"/groups/{slug}/membership")
    for name in ("karim", "sofia"):
        company.skills(name, soudage=3)
    company.index()
    page = asked(company, "amelie", q=f"soudage group:{slug}")
    assert people(page) == [company.pid("sofia")]
    assert f'name="group" value="{slug}"' in page
    assert "2 membres</strong> de Atelier" in page
    begun = company["amelie"].get(company.search("amelie", "soudage", group=slug)["next_step"]["url"]).text
    assert re.search(rf'value="{slug}"\s+selected', begun)
    outside = asked(company, "karim", q=f"soudage group:{slug}")
    assert f'name="group" value="{slug}"' not in outside


def test_a_guest_is_shown_what_a_guest_may_do(company: Company) -> None:
    company.skills("karim", soudage=4)
    company.index()
    page = asked(company, "james", q="soudage")
    assert "Aucun résultat" in page
    assert 'action="/posts"' not in page
    assert "karim" not in page.lower()


def test_filters_alone_and_an_index_being_built_offer_no_question(company: Company) -> None:
    assert 'action="/posts"' not in asked(company, "amelie", q="soudage")
    assert company.search("amelie", "soudage")["next_step"] is None
    company.post("karim", "Le cuir")
    company.index()
    page = asked(company, "amelie", tag="titane")
    assert 'action="/posts"' not in page
    assert "Aucun résultat" in page


def test_the_offer_speaks_english(company: Company) -> None:
    db.begin_write().execute(update(Person).where(Person.id == company.ids["amelie"]).values(locale="en"))
    db.commit()
    company.skills("karim", soudage=4)
    company.index()
    page = asked(company, "amelie", q="soudage tag:titane")
    assert "Nothing found for “soudage”" in page
    assert "Publish the question" in page
    assert "soudage: reference" in page
