"""An administrator reads a conversation only when somebody who is not in it agrees; all who are in it are told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from rse.accounts.models import AuditEntry
from rse.administration import reads
from rse.administration.models import GrantRequest
from rse.core import clock, db
from rse.core.model import encode_id
from tests import factories

REASON = "Signalement de harcèlement reçu le 12, dossier RH 4711."


class House:
    """Amélie, Sofia and James talk; Inès and Karim administrate, Claire is the data protection officer."""

    def __init__(self, app: Flask) -> None:
        cast = factories.make_cast(db.begin_write())
        cast["karim"].roles, cast["claire"].roles = frozenset({"admin"}), frozenset({"dpo"})
        self.ids = {name: person.id for name, person in cast.items()}
        db.commit()
        self.browsers = {name: factories.browser_of(app, person) for name, person in self.ids.items()}
        members = [encode_id(self.ids[name]) for name in ("sofia", "thomas")]
        made = self.browsers["amelie"].post("/api/v1/conversations", json={"member_ids": members})
        assert made.status_code == 201, made.text
        self.public = made.get_json()["id"]
        self.say("amelie", "Le mot de la fin")

    def say(self, who: str, body: str) -> None:
        path = f"/api/v1/conversations/{self.public}/messages"
        assert self.browsers[who].post(path, json={"body": body}).status_code == 201

    def get(self, who: str, path: str) -> Any:
        reads._standing.forget(db.session())
        db.rollback()
        return self.browsers[who].get(path)

    def do(self, who: str, path: str, **data: str) -> int:
        return int(self.browsers[who].post(path, data=data).status_code)

    def ask(self, who: str = "ines") -> int:
        address = f"https://rse.example/messages/{self.public}"
        assert self.do(who, "/admin/reads", group=address, reason=REASON, hours="2") == 303
        row = db.session().scalar(select(GrantRequest.id).order_by(GrantRequest.id.desc()))
        db.rollback()
        assert row is not None
        return row

    def granted(self) -> int:
        row = self.ask()
        assert self.do("claire", f"/admin/reads/{row}/approve") == 303
        return row


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


@pytest.mark.parametrize("second", ["karim", "claire"])
def test_two_people_open_it_until_the_end(any_app: Flask, second: str) -> None:
    house = House(any_app)
    row = house.ask()
    page = f"/admin/reads/{row}/conversation"
    assert house.get("ines", page).status_code == 404
    assert house.do("ines", f"/admin/reads/{row}/approve") == 403
    assert house.do(second, f"/admin/reads/{row}/approve") == 303
    html = house.get("ines", page).text
    assert "Le mot de la fin" in html
    assert "Amélie Rousseau" in html
    assert house.get(second, page).status_code == 404  # the one who approves reads nothing
    db.begin_write().execute(update(GrantRequest).values(until=clock.now() - timedelta(seconds=1)))
    db.commit()
    assert house.get("ines", page).status_code == 404


def test_whoever_is_concerned_does_not_decide(house: House) -> None:
    db.begin_write()
    session = db.session()
    thomas = session.get_one(factories.Person, house.ids["thomas"])
    thomas.roles = frozenset({"admin"})
    db.commit()
    row = house.ask()
    assert house.do("thomas", f"/admin/reads/{row}/approve") == 403
    assert house.do("thomas", f"/api/v1/conversations/{house.public}/members/{encode_id(thomas.id)}") in {
        404,
        405,
    }
    gone = house.browsers["thomas"].delete(
        f"/api/v1/conversations/{house.public}/members/{encode_id(thomas.id)}"
    )
    assert gone.status_code in {200, 204}
    assert house.do("thomas", f"/admin/reads/{row}/approve") == 403  # nor whoever was in it
    address = f"/messages/{house.public}"
    assert (
        house.do("thomas", "/admin/reads", group=address, reason=REASON, hours="2") == 303
    )  # not in it any more
    assert house.do("karim", f"/admin/reads/{row}/approve") == 303


def test_who_is_in_it_need_not_ask(house: House) -> None:
    session = db.begin_write()
    session.get_one(factories.Person, house.ids["sofia"]).roles = frozenset({"admin"})
    db.commit()
    data = {"group": f"/messages/{house.public}", "reason": REASON, "hours": "2"}
    answer = house.browsers["sofia"].post("/admin/reads", data=data)
    assert answer.status_code == 422
    assert "Vous en faites partie" in answer.text


@pytest.mark.parametrize(
    "address", ["/messages/nowhere", "/messages/", "/messages/AAAAAAAAAAA", "/messages/0"]
)
def test_unknown_addresses_are_refused(house: House, address: str) -> None:
    data = {"group": address, "reason": REASON, "hours": "2"}
    answer = house.browsers["ines"].post("/admin/reads", data=data)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text


def test_it_opens_that_page_and_nothing_else(house: House) -> None:
    house.granted()
    api = f"/api/v1/conversations/{house.public}"
    for path in (f"/messages/{house.public}", api, f"{api}/messages", f"{api}/events?after=0"):
        assert house.get("ines", path).status_code == 404, path
    path = f"{api}/messages"
    assert house.browsers["ines"].post(path, json={"body": "Bonjour"}).status_code == 404
    assert "Le mot de la fin" not in house.get("ines", "/search?q=fin").text


def test_what_comes_after_is_not_shown(house: House) -> None:
    row = house.granted()
    house.say("sofia", "Écrit plus tard")
    html = house.get("ines", f"/admin/reads/{row}/conversation").text
    assert "Le mot de la fin" in html
    assert "Écrit plus tard" not in html


def test_all_who_are_in_it_are_told(house: House) -> None:
    row = house.ask()
    for second in ("karim", "claire"):  # nobody's name before a second person has agreed
        html = house.get(second, "/admin/reads").text
        assert "dossier RH 4711" in html
        assert "Amélie" not in html.split("<main")[1]
    assert house.do("claire", f"/admin/reads/{row}/approve") == 303
    for name in ("amelie", "sofia", "thomas"):
        assert "Un espace privé où vous êtes" in house.get(name, "/settings/sessions").text
        html = house.get(name, "/settings/accesses").text
        assert f'href="/messages/{house.public}"' in html
        assert "Inès Lambert" in html
        assert "Claire Dupont" in html
    assert house.public not in house.get("james", "/settings/accesses").text
    query = select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.target == f"read:{row}")
    found = [tuple(line) for line in db.session().execute(query.order_by(AuditEntry.id))]
    assert found == [("read.ask", house.ids["ines"]), ("read.grant", house.ids["claire"])]


def test_long_ones_come_in_pages(house: House) -> None:
    for number in range(60):
        house.say("sofia", f"mot {number:02}")
    row = house.granted()
    first = house.get("ines", f"/admin/reads/{row}/conversation").text
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older
    second = house.get("ines", older[1].replace("&amp;", "&")).text
    assert (first.count('id="m-'), second.count('id="m-')) == (50, 11)
    assert "before=" not in second
    assert house.get("ines", f"/admin/reads/{row}/conversation?before=xx").status_code == 422
