"""Administrators look after groups; a secret one that they are not in is a number and nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from rse.accounts.models import AuditEntry, Person
from rse.administration import reads, tasks
from rse.core import clock, db
from rse.core.model import encode_id
from rse.feed.models import Post
from rse.groups import service
from rse.groups.models import Group, Membership
from tests import factories

REASON = "Signalement de harcèlement reçu le 12, dossier RH 4711."


class House:
    """An open group of Amélie, a closed one of Karim, a secret one of Sofia with Thomas."""

    def __init__(self, app: Flask) -> None:
        session = db.begin_write()
        cast = factories.make_cast(session)
        cast["claire"].roles = frozenset({"dpo"})
        self.cast = {name: person.id for name, person in cast.items()}
        self.ids = {}
        for name, visibility, people in (
            ("Vélo", "open", ("amelie", "thomas")),
            ("Budget", "closed", ("karim", "thomas", "james")),
            ("Projet Aurore", "secret", ("sofia", "james", "thomas")),
        ):
            group = service.insert(session, name=name, visibility=visibility)
            for place, person in enumerate(people):
                service.enter(session, group, self.cast[person], "member" if place else "owner")
            self.ids[name] = group.id
        db.commit()
        self.app = app
        self.browser = factories.browser_of(app, self.cast["ines"])

    def html(self, path: str = "/admin/groups") -> str:
        reads._standing.forget(db.session())
        db.rollback()
        return str(self.browser.get(path).text)

    def post(self, name: str, what: str, **data: str) -> Any:
        return self.browser.post(f"/admin/groups/{encode_id(self.ids[name])}/{what}", data=data)

    def leaves(self, *names: str) -> None:
        ids = [self.cast[name] for name in names]
        db.begin_write().execute(update(Person).where(Person.id.in_(ids)).values(status="deactivated"))
        db.commit()

    def owner(self, name: str) -> list[int]:
        db.rollback()
        mine = (Membership.group_id == self.ids[name], Membership.role == "owner")
        return list(db.session().scalars(select(Membership.person_id).where(*mine)))


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def names(html: str) -> list[str]:
    return re.findall(r'<a class="name" href="/admin/groups/[^"]*">([^<]*)</a>', html)


def test_the_list_names_what_may_be_known(any_app: Flask) -> None:
    house = House(any_app)
    html = house.html()
    assert names(html) == ["Budget", "Vélo"]
    assert "suivi par Karim Benali" in html
    assert "Aurore" not in html
    assert "1 groupe secret n’est pas dans cette liste" in html
    assert names(house.html("/admin/groups?q=VELO")) == ["Vélo"]
    assert "Aucun groupe ne correspond" in house.html("/admin/groups?q=aurore")
    assert "Chaque groupe a quelqu’un" in house.html("/admin/groups?state=ownerless")
    house.leaves("amelie")
    assert names(house.html("/admin/groups?state=ownerless")) == ["Vélo"]


def test_a_secret_group_is_as_if_it_were_not(house: House) -> None:
    secret = encode_id(house.ids["Projet Aurore"])
    assert house.browser.get(f"/admin/groups/{secret}").status_code == 404
    assert house.post("Projet Aurore", "archive", archived="1").status_code == 404
    assert house.post("Projet Aurore", "owner", owner="ines.lambert").status_code == 404


def test_who_is_in_a_secret_group_sees_it(house: House) -> None:
    session = db.begin_write()
    service.enter(session, session.get_one(Group, house.ids["Projet Aurore"]), house.cast["ines"])
    db.commit()
    html = house.html()
    assert "Projet Aurore" in html
    assert 'id="unseen"' not in html


def test_a_read_by_two_shows_the_name_and_changes_nothing(house: House) -> None:
    slug = db.session().get_one(Group, house.ids["Projet Aurore"]).slug
    db.rollback()
    data = {"group": f"/groups/{slug}", "reason": REASON, "hours": "2"}
    assert house.browser.post("/admin/reads", data=data).status_code == 303
    claire = factories.browser_of(house.app, house.cast["claire"])
    for browser in (house.browser, claire):
        assert "Aurore" not in browser.get("/admin/reads").text
    row = re.findall(r"/admin/reads/(\d+)/approve", claire.get("/admin/reads").text)[0]
    assert claire.post(f"/admin/reads/{row}/approve").status_code == 303
    assert "Projet Aurore" in house.html("/admin/reads")
    assert "Projet Aurore" in house.html()
    assert house.post("Projet Aurore", "archive", archived="1").status_code == 404


def test_silent_for_a_year_says_nothing_more(house: House) -> None:
    long_ago = clock.now() - timedelta(days=400)
    session = db.begin_write()
    session.execute(update(Group).values(created_at=long_ago))
    post = {"audience": "everyone", "body": "x", "body_html": "x", "author_id": house.cast["amelie"]}
    now = clock.now()
    session.add(Post(group_id=house.ids["Vélo"], at=now, active_at=now, **post))
    session.add(Post(group_id=house.ids["Budget"], at=long_ago, active_at=long_ago, **post))
    db.commit()
    lines = house.html().split("<li class=")
    assert ["Silencieux depuis un an" in line for line in lines if "Budget" in line] == [True]
    assert ["Silencieux depuis un an" in line for line in lines if "Vélo" in line] == [False]


def test_archive_and_let_live_again(house: House) -> None:
    assert house.post("Vélo", "archive", archived="1").status_code == 303
    assert names(house.html("/admin/groups?state=archived")) == ["Vélo"]
    amelie = factories.browser_of(house.app, house.cast["amelie"])
    slug = db.session().get_one(Group, house.ids["Vélo"]).slug
    db.rollback()
    assert amelie.post("/api/v1/posts", json={"body": "Bonjour", "group": slug}).status_code == 403
    assert house.post("Vélo", "archive", archived="0").status_code == 303
    assert amelie.post("/api/v1/posts", json={"body": "Bonjour", "group": slug}).status_code == 201
    query = select(AuditEntry.action).where(AuditEntry.target == f"group:{encode_id(house.ids['Vélo'])}")
    assert list(db.session().scalars(query)) == ["group.archive", "group.unarchive"]


def test_an_owner_is_appointed_where_none_is_left(house: House) -> None:
    assert house.post("Vélo", "owner", owner="sofia.marchetti").status_code == 422  # Amélie owns it
    house.leaves("amelie", "karim")
    assert house.post("Vélo", "owner", owner="james.oneill").status_code == 422
    assert house.post("Vélo", "owner", owner="sofia.marchetti").status_code == 303
    assert house.cast["sofia"] in house.owner("Vélo")
    refused = house.post("Budget", "owner", owner="ines.lambert")
    assert refused.status_code == 422
    assert "Seulement un membre" in refused.text
    assert house.post("Budget", "owner", owner="thomas.nguyen").status_code == 303
    assert house.cast["thomas"] in house.owner("Budget")


def test_a_group_is_made_for_somebody(house: House) -> None:
    data = {"name": "Nouvelles", "owner": "amelie.rousseau", "visibility": "closed"}
    assert house.browser.post("/admin/groups", data=data).status_code == 303
    made = db.session().scalars(select(Group).where(Group.name == "Nouvelles")).one()
    house.ids["Nouvelles"] = made.id
    assert (made.visibility, made.member_count) == ("closed", 1)
    assert house.owner("Nouvelles") == [house.cast["amelie"]]
    for wrong in ({"visibility": "secret"}, {"owner": "nobody"}, {"name": ""}):
        answer = house.browser.post("/admin/groups", data=data | wrong)
        assert answer.status_code == 422
        assert 'class="wrong"' in answer.text


def test_a_secret_group_takes_an_owner_from_its_midst(any_app: Flask) -> None:
    house = House(any_app)
    tasks.secret_groups_inherit()
    assert house.owner("Projet Aurore") == [house.cast["sofia"]]
    house.leaves("sofia", "karim")
    tasks.secret_groups_inherit()
    assert house.cast["thomas"] in house.owner("Projet Aurore")  # James came before him, and is a guest
    assert house.owner("Budget") == [house.cast["karim"]]  # closed: an administrator sees it and appoints
    assert (
        db.session().scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)) == "group.heir"
    )


def test_pages_follow_each_other(house: House) -> None:
    session = db.begin_write()
    for number in range(60):
        service.insert(session, name=f"Groupe {number:02}")
    db.commit()
    first = house.html()
    more = re.search(r'<a class="btn" href="([^"]*after=[^"]*)"', first)
    assert more
    second = house.html(more[1].replace("&amp;", "&"))
    assert len(names(first)) == 50
    assert len({*names(first), *names(second)}) == 62
    assert house.browser.get("/admin/groups?after=xx").status_code == 422
