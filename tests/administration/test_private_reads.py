"""An administrator reads a closed or secret group only when two people agree; those concerned are told; it ends."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from rse.accounts.models import AuditEntry, Person
from rse.administration import reads
from rse.administration.models import GrantRequest
from rse.core import clock, db
from rse.groups import service
from tests import factories

REASON = "Signalement de harcèlement reçu le 12, dossier RH 4711."


class House:
    """The cast, with a second administrator (Karim), a data protection officer (Claire), a secret group."""

    def __init__(self, app: Flask) -> None:
        session = db.begin_write()
        cast = factories.make_cast(session)
        cast["karim"].roles, cast["claire"].roles = frozenset({"admin"}), frozenset({"dpo"})
        self.ids = {name: person.id for name, person in cast.items()}
        group = service.insert(session, name="Projet Aurore", visibility="secret")
        service.enter(session, group, self.ids["amelie"], "owner")
        service.enter(session, group, self.ids["james"])
        self.slug, self.group_id = group.slug, group.id
        db.commit()
        self.browsers = {name: factories.browser_of(app, person) for name, person in self.ids.items()}
        answer = self.browsers["amelie"].post(
            "/api/v1/posts", json={"body": "Le mot de la fin", "group": self.slug}
        )
        assert answer.status_code == 201, answer.text
        self.post = answer.get_json()["id"]

    def get(self, who: str, path: str) -> Any:
        reads._standing.forget(db.session())
        db.rollback()
        return self.browsers[who].get(path)

    def do(self, who: str, path: str, **data: str) -> int:
        return int(self.browsers[who].post(path, data=data).status_code)

    def ask(self, who: str = "ines") -> int:
        path = f"https://rse.example/groups/{self.slug}"
        assert self.do(who, "/admin/reads", group=path, reason=REASON, hours="2") == 303
        row = db.session().scalar(select(GrantRequest.id).order_by(GrantRequest.id.desc()))
        db.rollback()
        assert row is not None
        return row

    def sees(self, who: str) -> bool:
        return bool(self.get(who, f"/posts/{self.post}").status_code == 200)


@pytest.fixture
def house(any_app: Flask) -> House:
    return House(any_app)


@pytest.mark.parametrize("second", ["karim", "claire"])
def test_two_people_open_it_until_the_end(house: House, second: str) -> None:
    assert not house.sees("ines")
    row = house.ask()
    assert not house.sees("ines")
    assert house.do("ines", f"/admin/reads/{row}/approve") == 403
    assert not house.sees("ines")
    assert house.do(second, f"/admin/reads/{row}/approve") == 303
    assert house.sees("ines")
    assert "Le mot de la fin" in house.get("ines", f"/groups/{house.slug}").text
    assert not house.sees(second)
    db.begin_write().execute(update(GrantRequest).values(until=clock.now() - timedelta(seconds=1)))
    db.commit()
    assert not house.sees("ines")


def test_it_opens_nothing_to_write(house: House) -> None:
    row = house.ask()
    house.do("karim", f"/admin/reads/{row}/approve")
    assert house.sees("ines")
    answer = house.browsers["ines"].post(f"/api/v1/posts/{house.post}/comments", json={"body": "Bonjour"})
    assert answer.status_code == 404


def test_those_concerned_are_told_by_name(house: House) -> None:
    row = house.ask()
    assert "Personne n’a lu vos espaces privés" in house.get("amelie", "/settings/accesses").text
    house.do("karim", f"/admin/reads/{row}/approve")
    for name in ("amelie", "james"):
        assert "Un espace privé où vous êtes" in house.get(name, "/settings/sessions").text
        html = house.get(name, "/settings/accesses").text
        assert "Inès Lambert" in html
        assert "Karim Benali" in html
        assert "dossier RH 4711" in html
    assert "Projet Aurore" not in house.get("sofia", "/settings/accesses").text
    house.do("amelie", "/settings/accesses/seen")
    assert "Un espace privé" not in house.get("amelie", "/settings/sessions").text
    assert "Projet Aurore" in house.get("amelie", "/settings/accesses").text


def test_refused_withdrawn_and_ended(house: House) -> None:
    row = house.ask()
    assert house.do("claire", f"/admin/reads/{row}/refuse") == 303
    assert house.do("karim", f"/admin/reads/{row}/approve") == 404
    row = house.ask()
    assert house.do("ines", f"/admin/reads/{row}/refuse") == 303
    assert "Reprise" in house.get("ines", "/admin/reads").text
    row = house.ask()
    house.do("karim", f"/admin/reads/{row}/approve")
    assert house.do("claire", f"/admin/reads/{row}/end") == 303
    assert not house.sees("ines")
    assert house.do("claire", f"/admin/reads/{row}/end") == 404


def test_who_is_no_administrator_any_more_reads_nothing(house: House) -> None:
    row = house.ask()
    house.do("karim", f"/admin/reads/{row}/approve")
    db.begin_write().execute(update(Person).where(Person.id == house.ids["ines"]).values(roles=frozenset()))
    db.commit()
    assert not house.sees("ines")


@pytest.mark.parametrize(
    "data",
    [
        {"group": "nowhere", "reason": REASON, "hours": "2"},
        {"group": "open", "reason": REASON, "hours": "2"},
        {"group": "SLUG", "reason": "court", "hours": "2"},
        {"group": "SLUG", "reason": REASON, "hours": "1000"},
        {},
    ],
)
def test_wrong_requests_are_refused(house: House, data: dict[str, str]) -> None:
    service.insert(db.begin_write(), name="Ouvert", slug="open", visibility="open")
    db.commit()
    asked = {name: house.slug if value == "SLUG" else value for name, value in data.items()}
    answer = house.browsers["ines"].post("/admin/reads", data=asked)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text


def test_only_overseers_have_the_page(house: House) -> None:
    assert house.get("claire", "/admin/reads").status_code == 200
    assert house.get("claire", "/admin/people").status_code == 404
    assert house.do("claire", "/admin/reads", group=house.slug, reason=REASON, hours="2") == 404
    for name in ("amelie", "thomas", "james"):
        assert house.get(name, "/admin/reads").status_code == 404
        assert house.do(name, "/admin/reads/1/approve") == 404


def test_every_step_is_in_the_audit_log(house: House, any_app: Flask) -> None:
    row = house.ask()
    house.do("karim", f"/admin/reads/{row}/approve")
    house.do("ines", f"/admin/reads/{row}/end")
    query = select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.target == f"read:{row}")
    found = [tuple(line) for line in db.session().execute(query.order_by(AuditEntry.id))]
    ines, karim = house.ids["ines"], house.ids["karim"]
    assert found == [("read.ask", ines), ("read.grant", karim), ("read.end", ines)]
