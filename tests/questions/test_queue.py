"""The queue of questions that wait, and "also my question": counted, never said who, within the audience."""

import re
from typing import Any

from flask import Flask

from rse.core import db
from rse.questions import views
from tests.factories import Client
from tests.search.company import Company


def titles(browser: Client, path: str = "/questions") -> list[str]:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return re.findall(r'waiting-title"><a href="/posts/\w+">([^<]*)<', page.text)


def test_the_oldest_question_without_an_answer_stands_first(company: Company) -> None:
    first = company.post("amelie", "Comment régler le capteur ?", kind="question")
    company.post("karim", "Où est la salle Turing ?", kind="question")
    company.post("karim", "Une annonce sans question")
    assert titles(company["sofia"]) == ["Comment régler le capteur ?", "Où est la salle Turing ?"]
    said = company.comment("sofia", first, "Avec la molette.")
    assert titles(company["sofia"]) == ["Où est la salle Turing ?"]
    assert titles(company["sofia"], "/questions?which=open") == [
        "Comment régler le capteur ?",
        "Où est la salle Turing ?",
    ]
    company.accept("amelie", first, said)
    assert titles(company["sofia"], "/questions?which=open") == ["Où est la salle Turing ?"]


def test_the_queue_goes_on_where_the_page_ended(company: Company, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(5):
        company.post("amelie", f"Question {number} ?", kind="question")
    seen, path = [], "/questions"
    while path:
        seen += titles(company["karim"], path)
        more = re.search(r'class="more".*?href="([^"]+)"', company["karim"].get(path).text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"Question {number} ?" for number in range(5)]


def test_a_closed_group_keeps_its_questions(company: Company) -> None:
    slug = company.group("amelie", "Cercle fermé", "closed")
    asked = company.post("amelie", "Question du cercle ?", kind="question", group=slug)
    assert titles(company["amelie"]) == ["Question du cercle ?"]
    assert titles(company["karim"]) == titles(company["james"]) == []
    assert company["karim"].post(f"/posts/{asked['id']}/also", data={"on": "1"}).status_code == 404
    assert company["karim"].get(f"/posts/{asked['id']}/who").status_code == 404


def test_also_my_question_is_a_count_and_no_names(company: Company, app: Flask) -> None:
    asked = company.post("amelie", "Comment poser un congé ?", kind="question")
    page = f"/posts/{asked['id']}"
    assert company["amelie"].post(f"{page}/also", data={"on": "1"}).status_code == 403
    for name in ("karim", "sofia", "karim"):
        assert company[name].post(f"{page}/also", data={"on": "1"}).status_code == 303
    shown = company["amelie"].get(page).text
    assert "2 autres personnes se posent la question." in shown
    assert "Karim" not in shown.split('<section class="card comments"')[0].split("<main")[1]
    answer = company["karim"].post(f"{page}/also", data={"on": "0", "back": "queue"})
    assert answer.headers["Location"] == "/questions"
    assert "1 autre personne se pose la question." in company["sofia"].get("/questions").text
    db.rollback()


def test_who_asked_the_same_is_told_of_the_answer(company: Company) -> None:
    asked = company.post("amelie", "Comment poser un congé ?", kind="question")
    company["karim"].post(f"/posts/{asked['id']}/also", data={"on": "1"})
    said = company.comment("sofia", asked, "Dans l’outil des congés.")
    company.accept("amelie", asked, said)
    company.index()
    kinds = [one["kind"] for one in company["karim"].get("/api/v1/notifications").json["items"]]
    assert kinds == ["solved"]
    company.do("amelie", "DELETE", f"/posts/{asked['id']}/answer", 204)
    assert company["karim"].get("/api/v1/notifications").json["items"] == []


def test_a_message_can_become_a_question_and_back(company: Company) -> None:
    post = company.post("amelie", "Comment faire ?")
    company.do("amelie", "PATCH", f"/posts/{post['id']}", kind="question")
    assert titles(company["karim"]) == ["Comment faire ?"]
    company.do("amelie", "PATCH", f"/posts/{post['id']}", kind="message")
    assert titles(company["karim"]) == []
    shown = company["karim"].get(f"/posts/{post['id']}").text
    assert "C’est aussi ma question" not in shown
