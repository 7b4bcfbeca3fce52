"""A page of a group is reported by who reads it, hidden from everybody, and put back as it was."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from rse.core import db
from rse.core.model import encode_id
from rse.groups import service as groups
from rse.moderation.models import Report
from rse.pages.models import Page
from tests.moderation.test_reports import House


def wiki(house: House, visibility: str = "closed") -> tuple[str, str]:
    """Amélie owns a group in which Karim wrote a page; give its address and the page's id."""
    session = db.begin_write()
    group = groups.insert(session, name="Atelier", visibility=visibility)
    groups.enter(session, group, house.ids["amelie"], "owner")
    groups.enter(session, group, house.ids["karim"])
    slug = group.slug
    db.commit()
    body = {"title": "Banc de mesure", "body": f"Voir [[Autre page]] : ce sont des incapables, @{slug}"}
    answer = house.call("karim", "post", f"/groups/{slug}/pages", **body)
    assert answer.status_code == 201, answer.text
    db.rollback()
    page = db.session().scalars(select(Page)).one()
    address, number = f"/groups/{slug}/pages/{page.slug}", encode_id(page.id)
    db.rollback()
    return address, number


def test_from_the_page_to_a_decision_and_back(any_app: Flask) -> None:
    house = House(any_app)
    address, page = wiki(house)
    amelie, thomas, karim = (house.browsers[name] for name in ("amelie", "thomas", "karim"))
    assert f"/report/page/{page}" in amelie.get(address).text
    assert f"/report/page/{page}" not in karim.get(address).text  # his own words
    form = amelie.get(f"/report/page/{page}").text
    assert "Une page d’un groupe" in form
    assert "#page:" not in form
    assert house.browsers["sofia"].get(f"/report/page/{page}").status_code == 404
    assert amelie.post(f"/report/page/{page}", data={"reason": "insult"}).status_code == 303
    db.rollback()
    report = encode_id(db.session().scalars(select(Report.id)).one())
    db.rollback()
    assert "des incapables" in thomas.get(f"/moderation/{report}").text
    assert thomas.get(address).status_code == 404  # a report opens nothing else
    assert house.decide("thomas", report) == 200
    hidden(amelie, karim, address)
    house.browsers["karim"].post(f"/settings/reports/{report}/appeal", data={"words": "Personne n’est visé."})
    assert house.decide("claire", report, "keep", "Les mots sont durs, mais personne n'est visé.") == 200
    assert "des incapables" in karim.get(address).text


def hidden(owner: Any, author: Any, address: str) -> None:
    """Nobody sees it, and those who look after the group cannot bring it back."""
    assert author.get(address).status_code == owner.get(address).status_code == 404
    pages = address.rpartition("/")[0]
    assert "Banc de mesure" not in owner.get(pages).text
    assert "Banc de mesure" not in owner.get(f"{pages}/deleted").text
    assert owner.post(f"{address}/back").status_code == 404
    assert "des incapables" not in owner.get("/search?q=incapables").text


def test_a_report_never_tells_the_name_of_a_secret_group(app: Flask) -> None:
    house = House(app)
    _address, page = wiki(house, "secret")
    house.report("amelie", "page", page)
    db.rollback()
    copied = db.session().scalars(select(Report)).one().copy
    assert "Atelier" not in str(copied)
    assert copied["place"] == "secret"
