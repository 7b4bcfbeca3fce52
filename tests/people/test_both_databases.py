"""Every read of people works the same on SQLite and on PostgreSQL."""

from flask import Flask

from rse.accounts.models import Person
from rse.core import db
from rse.core.model import encode_id
from rse.people import expertise, service
from rse.people.departments import Tree
from rse.people.reporting import refresh_managers
from tests import factories


def fill() -> dict[str, int]:
    session = db.begin_write()
    people = {name: person.id for name, person in factories.make_cast(session).items()}
    department = Tree(session).find_or_add("Groupe / R&D / Essais")
    for name, manager in (("amelie", "thomas"), ("karim", "amelie"), ("thomas", "claire")):
        profile = service.profile_of(session, people[name])
        profile.department_id, profile.manager_id = department, people[manager]
        session.get_one(Person, people[name]).site = "Lyon"
    session.flush()
    refresh_managers(session)
    viewer = factories.viewer_of(people["amelie"])
    expertise.set_skills(session, viewer, [("Soudage", 3), ("Télémétrie", 4)])
    db.commit()
    return people


def test_pages_and_calls_answer(any_app: Flask) -> None:
    people = fill()
    browser = factories.browser_of(any_app, people["karim"])
    amelie = encode_id(people["amelie"])
    assert browser.put(f"/api/v1/people/{amelie}/skills/soudage/endorsement").status_code == 204
    assert browser.put(f"/api/v1/people/{amelie}/follow").status_code == 204
    page = browser.get(f"/people/{amelie}").text
    line = page[page.index("Ligne hiérarchique") :]
    assert line.index("Claire Dupont") < line.index("Thomas Nguyen") < line.index("Amélie Rousseau")
    assert "1 personne rattachée" in line
    assert "1 confirmation" in page
    for query in (
        "",
        "?q=rousseau",
        "?site=Lyon",
        "?skill=soudage",
        "?department=Groupe / R%26D",
        "?q=am&site=Lyon",
    ):
        assert "Amélie Rousseau" in browser.get(f"/people{query}").text, query
    assert "@amelie.rousseau" in browser.get("/people/mentions?q=rouss").text
    assert "Soudage" in browser.get("/people/skills?q=soud").text
    first = browser.get("/api/v1/people?limit=3").json
    second = browser.get(f"/api/v1/people?limit=3&cursor={first['next_cursor']}").json
    assert len({p["id"] for p in first["items"] + second["items"]}) == 6
    assert browser.patch("/api/v1/me", json={"about": "Bonjour", "languages": ["fr"]}).json["languages"] == [
        "fr"
    ]
    assert browser.put("/api/v1/me/preferences", json={"theme": "dark"}).json["theme"] == "dark"
    assert browser.get("/welcome?step=3").status_code == 200
