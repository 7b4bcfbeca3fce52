"""A profile shows who somebody is, their line and their skills, to those who may know them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from rse.core import db
from rse.core.model import encode_id
from rse.people.models import Profile
from tests import factories

Browser = Callable[[str], factories.Client]


def address(person_id: int) -> str:
    return f"/people/{encode_id(person_id)}"


def test_department_line_and_skills_are_shown_and_linked(
    browser_as: Browser, company: dict[str, int]
) -> None:
    html = browser_as("sofia").get(address(company["karim"])).text
    assert "<h1>Karim Benali</h1>" in html
    assert ">Groupe</a>" in html
    assert ">Essais</a>" in html
    line = html[html.index("Ligne hiérarchique") :]
    assert line.index("Claire Dupont") < line.index("Thomas Nguyen") < line.index("Karim Benali")
    assert "Soudage" in html
    assert "Avancé" in html


def test_a_manager_shows_those_who_report(browser_as: Browser, company: dict[str, int]) -> None:
    html = browser_as("sofia").get(address(company["thomas"])).text
    assert "2 personnes rattachées" in html


def test_about_is_markdown_without_danger(
    browser_as: Browser, company: dict[str, int], session: Session
) -> None:
    browser = browser_as("karim")
    bad = "**Soudeur**\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))"
    assert browser.post("/settings/profile", data={"about": bad}).status_code == 303
    html = browser_as("sofia").get(address(company["karim"])).text
    assert "<strong>Soudeur</strong>" in html
    for danger in ("<script>alert", "<img src=x", 'href="javascript:'):
        assert danger not in html


def test_a_guest_reads_a_card_without_the_company_behind_it(
    browser_as: Browser, group_with_guest: int, company: dict[str, int]
) -> None:
    profile = db.begin_write().get_one(Profile, company["amelie"])
    profile.phone, profile.about, profile.languages = "+33 6 00 00 00 01", "Je dirige les essais", ["de"]
    db.commit()
    guest = browser_as("james")
    html = guest.get(address(company["amelie"])).text
    for shown in ("Amélie Rousseau", "Fonction amelie", "Lyon", "@amelie.rousseau"):
        assert shown in html
    for hidden in (
        "R&amp;D", "+33 6", "Thomas Nguyen", "Confirmer", "@demo.example", "Je dirige", "allemand", "Soudage",
        "Compétences</h2>",
    ):  # fmt: skip
        assert hidden not in html
    data = guest.get(f"/api/v1{address(company['amelie'])}").json
    assert (data["display_name"], data["title"], data["site"]) == (
        "Amélie Rousseau",
        "Fonction amelie",
        "Lyon",
    )
    assert (data["department"], data["manager_id"], data["email"], data["about"]) == (None, None, "", "")
    assert (data["languages"], data["skills"]) == ([], [])
    own = guest.get(f"/api/v1{address(company['james'])}").json
    assert own["email"] == "james.oneill@demo.example"


def test_to_a_guest_others_do_not_exist(
    browser_as: Browser, group_with_guest: int, company: dict[str, int]
) -> None:
    guest = browser_as("james")
    absent = guest.get("/people/zzzzzzzzzz")
    for path in (address(company["karim"]), f"/api/v1{address(company['karim'])}"):
        assert guest.get(path).status_code == 404
    assert absent.status_code == 404
    assert guest.post(f"{address(company['karim'])}/follow", data={"on": "1"}).status_code == 404


def test_the_number_of_queries_is_bounded(
    browser_as: Browser, company: dict[str, int], count_queries: Any
) -> None:
    browser = browser_as("sofia")
    assert count_queries(lambda: browser.get(address(company["thomas"]))) <= 12


def test_nobody_signed_out_sees_anything(company: dict[str, int], app: Any) -> None:
    browser = app.test_client()
    assert browser.get(address(company["karim"])).status_code == 303
    assert browser.get("/api/v1/people").status_code == 401


def test_the_frame_of_a_profile_bears_the_name_of_the_company(
    browser_as: Browser, company: dict[str, int]
) -> None:
    def name(path: str) -> str:
        return browser_as("amelie").get(path).get_data(as_text=True).split("</title>")[0].rsplit("· ", 1)[1]

    assert name(address(company["thomas"])) == name("/people")
