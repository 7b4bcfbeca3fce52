"""The directory is searched by name and narrowed by department, site and skill; guests see whom they know."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.model import encode_id
from rse.people.models import Department, Profile
from tests import factories

Browser = Callable[[str], factories.Client]


def names(html: str) -> list[str]:
    return [part.split("</a>")[0].split(">")[-1] for part in html.split('class="name" href')[1:]]


def test_everybody_stands_in_it_by_family_name(browser_as: Browser, company: dict[str, int]) -> None:
    html = browser_as("amelie").get("/people").text
    assert names(html)[:3] == ["Karim Benali", "Claire Dupont", "Inès Lambert"]
    assert "James O&#39;Neill" in html


@pytest.mark.parametrize(
    ("q", "found"), [("ines", "Inès Lambert"), ("ROUSS amél", "Amélie Rousseau"), ("karim.b", "Karim Benali")]
)
def test_a_name_is_found_without_accents_or_case(
    browser_as: Browser, company: dict[str, int], q: str, found: str
) -> None:
    assert names(browser_as("amelie").get("/people", query_string={"q": q}).text) == [found]


@pytest.mark.parametrize("q", ["%", "_", "\\", "zzz", "%' or 1=1 --"])
def test_signs_of_patterns_are_letters_like_others(
    browser_as: Browser, company: dict[str, int], q: str
) -> None:
    html = browser_as("amelie").get("/people", query_string={"q": q}).text
    assert names(html) == []
    assert "Personne ne correspond" in html or "Personne de ce nom" in html


def test_a_department_holds_those_below_it(browser_as: Browser, company: dict[str, int]) -> None:
    html = browser_as("amelie").get("/people", query_string={"department": "Groupe / R&D"}).text
    assert set(names(html)) == {"Amélie Rousseau", "Karim Benali", "Thomas Nguyen"}
    assert 'Essais</span><span class="n">1</span>' in html


def test_facets_count_what_they_leave(browser_as: Browser, company: dict[str, int]) -> None:
    html = browser_as("amelie").get("/people", query_string={"site": "Lyon"}).text
    assert 'R&amp;D</span><span class="n">3</span>' in html
    assert 'Soudage</span><span class="n">2</span>' in html
    assert 'Nantes</span><span class="n">1</span>' in html, "the other sites stay to be chosen"


def test_a_skill_finds_its_people(
    browser_as: Browser, company: dict[str, int], slug: Callable[[str], str]
) -> None:
    html = browser_as("sofia").get("/people", query_string={"skill": slug("Soudage")}).text
    assert set(names(html)) == {"Amélie Rousseau", "Karim Benali"}


def test_a_guest_sees_those_who_share_a_group(
    browser_as: Browser, group_with_guest: int, slug: Callable[[str], str]
) -> None:
    guest = browser_as("james")
    html = guest.get("/people").text
    assert set(names(html)) == {"Amélie Rousseau", "James O&#39;Neill"}
    assert "R&amp;D" not in html, "the company's departments are not a guest's to read"
    assert "Soudage" not in html, "nor what somebody declares"
    for address in ("department=Groupe", f"skill={slug('Soudage')}"):
        assert names(guest.get(f"/people?{address}").text) == []
        assert guest.get(f"/api/v1/people?{address}").json["items"] == []
    assert set(names(guest.get("/people?site=Lyon").text)) == {"Amélie Rousseau", "James O&#39;Neill"}
    assert [p["uid"] for p in guest.get("/api/v1/people").json["items"]] == [
        "james.oneill",
        "amelie.rousseau",
    ]


def test_pages_follow_one_another_without_gap(browser_as: Browser, company: dict[str, int]) -> None:
    session = db.begin_write()
    for n in range(60):
        factories.make_person(session, f"person.n{n:02}")
    db.commit()
    browser, cursor, seen = browser_as("amelie"), None, []
    while True:
        answer = browser.get(
            "/api/v1/people", query_string={"limit": 7, **({"cursor": cursor} if cursor else {})}
        ).json
        seen += [p["uid"] for p in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 67
    assert 'id="more"' in browser.get("/people").text


def test_who_left_is_not_in_it(browser_as: Browser, company: dict[str, int], session: Session) -> None:
    db.begin_write().get_one(factories.Person, company["karim"]).status = "deactivated"
    db.commit()
    assert "Karim" not in browser_as("amelie").get("/people").text
    page = browser_as("amelie").get(f"/people/{encode_id(company['karim'])}")
    assert "Cette personne est partie" in page.text


def test_a_wrong_filter_is_refused_kindly(browser_as: Browser, company: dict[str, int]) -> None:
    assert browser_as("amelie").get("/people?cursor=nonsense").status_code == 422
    assert browser_as("amelie").get("/people?department=nowhere").status_code == 200
    assert browser_as("amelie").get("/people?q=" + "x" * 500).status_code == 422


def test_queries_stay_the_same_however_many_people(
    browser_as: Browser, company: dict[str, int], count_queries: Any
) -> None:
    browser = browser_as("amelie")
    few = count_queries(lambda: browser.get("/people"))
    session = db.begin_write()
    department = session.query(Department.id).filter(Department.path == "Groupe / R&D").scalar()
    for n in range(80):
        person = factories.make_person(session, f"a.person{n:02}")
        session.add(
            Profile(person_id=person.id, department_id=department, languages=[], locked={}, imported={})
        )
    db.commit()
    many = count_queries(lambda: browser.get("/people"))
    assert many == few <= 12
