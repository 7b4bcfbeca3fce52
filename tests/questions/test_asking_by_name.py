"""Who could answer: within the audience, with a reason, not too often, and nobody who is not available."""

import re
from datetime import timedelta

from sqlalchemy import update

from rse.core import clock, db
from rse.questions.models import Asked
from rse.questions.policy import PER_WEEK
from tests.search.company import Company

QUESTION = "Comment installer Kubernetes sur nos serveurs ?"


def suggested(company: Company, name: str = "amelie", text: str = QUESTION, **more: str) -> str:
    answer = company[name].get("/questions/suggest", query_string={"q": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.text


def people(text: str) -> list[str]:
    return re.findall(r'name="ask" value="(\w+)"', text)


def told(company: Company, name: str) -> list[str]:
    company.index()
    return [one["kind"] for one in company[name].get("/api/v1/notifications").json["items"]]


def ask(company: Company, post: dict[str, str], name: str, by: str = "amelie") -> str:
    answer = company[by].post(
        f"/posts/{post['id']}/ask", data={"person_id": company.pid(name)}, follow_redirects=True
    )
    return answer.text


def test_questions_answered_already_are_shown_while_one_types(company: Company) -> None:
    old = company.post("karim", "Comment installer Kubernetes ?", kind="question")
    other = company.post("karim", "Où sont les serveurs de secours ?", kind="question")
    company.post("karim", "Comment installer Kubernetes chez soi ?", kind="question")  # nobody answered
    said = company.comment("sofia", old, "Avec kubeadm.")
    company.comment("sofia", other, "Au sous-sol.")
    company.accept("karim", old, said)
    company.index()
    text = suggested(company)
    assert re.findall(r'href="/posts/(\w+)"', text) == [old["id"]]
    assert "réponse acceptée" in text
    assert suggested(company, text="Kub").strip() == ""


def test_what_one_may_not_read_is_not_suggested(company: Company) -> None:
    slug = company.group("karim", "Infra", "secret")
    old = company.post("karim", "Comment installer Kubernetes ?", kind="question", group=slug)
    company.comment("karim", old, "Avec kubeadm, sur nos serveurs Kubernetes.")
    company.index()
    assert suggested(company).strip() == ""
    assert old["id"] in suggested(company, "karim")


def test_people_come_with_the_reason_and_three_at_most(company: Company) -> None:
    for name in ("karim", "sofia", "claire", "thomas", "amelie"):
        company.skills(name, Kubernetes=4 if name == "karim" else 2)
    company.index()
    text = suggested(company)
    found = people(text)
    assert found[0] == company.pid("karim")
    assert len(found) == 3
    assert company.pid("amelie") not in found
    assert "Kubernetes : " in text.replace("\u00a0", " ")


def test_who_would_not_read_the_question_is_not_suggested(company: Company) -> None:
    company.skills("karim", Kubernetes=4)
    slug = company.group("amelie", "Cercle", "closed")
    company.index()
    assert people(suggested(company)) == [company.pid("karim")]
    assert people(suggested(company, group=slug)) == []


def test_off_means_off(company: Company) -> None:
    company.skills("karim", Kubernetes=4)
    company.index()
    assert company["karim"].post("/questions/available", data={"available": "false"}).status_code == 303
    assert people(suggested(company)) == []
    post = company.post("amelie", QUESTION, kind="question", ask=[company.pid("karim")])
    assert "ne peut pas être sollicitée" in ask(company, post, "karim")
    assert told(company, "karim") == []
    company["karim"].post("/questions/available", data={"available": "true"})
    assert people(suggested(company)) == [company.pid("karim")]


def test_asking_while_publishing_tells_them_once(company: Company) -> None:
    company.skills("karim", Kubernetes=4)
    answer = company["amelie"].post(
        "/posts", data={"kind": "question", "body": QUESTION, "ask": company.pid("karim")}
    )
    assert answer.status_code == 303
    assert told(company, "karim") == ["asked"]
    page = company["sofia"].get(answer.headers["Location"]).text
    assert "Karim Benali" in page


def test_nobody_is_asked_too_often(company: Company) -> None:
    company.skills("karim", Kubernetes=4)
    company.index()
    for number in range(PER_WEEK):
        asker = ("amelie", "sofia", "claire")[number % 3]
        company.post(asker, f"{QUESTION} {number}", kind="question", ask=[company.pid("karim")])
    assert people(suggested(company)) == []
    post = company.post("amelie", QUESTION, kind="question")
    assert "ne peut pas être sollicitée" in ask(company, post, "karim")
    session = db.begin_write()
    session.execute(update(Asked).values(at=clock.now() - timedelta(days=8)))
    db.commit()
    assert people(suggested(company)) == [company.pid("karim")]
    assert "Karim Benali" in ask(company, post, "karim")


def test_only_the_asker_asks_and_three_people_at_most(company: Company) -> None:
    post = company.post("amelie", QUESTION, kind="question")
    answer = company["karim"].post(f"/posts/{post['id']}/ask", data={"person_id": company.pid("sofia")})
    assert answer.status_code == 403
    for name in ("karim", "sofia", "claire"):
        ask(company, post, name)
    assert "Assez de collègues" in ask(company, post, "thomas")
    assert told(company, "thomas") == []
    assert told(company, "claire") == ["asked"]


def test_the_page_of_the_question_offers_people_without_javascript(company: Company) -> None:
    company.skills("karim", Kubernetes=4)
    post = company.post("amelie", QUESTION, kind="question")
    company.index()
    assert f"/posts/{post['id']}/who" in company["amelie"].get(f"/posts/{post['id']}").text
    page = company["amelie"].get(f"/posts/{post['id']}/who").text
    assert f'name="person_id" value="{company.pid("karim")}"' in page
    assert company["karim"].get(f"/posts/{post['id']}/who").status_code == 404
