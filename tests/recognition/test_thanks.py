"""Thanks: to whom, for what, how often, where."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rse.accounts.models import Person
from rse.core import company, db, jobs
from rse.feed import cards, documents
from rse.feed.models import Post
from rse.people.models import Endorsement
from rse.recognition.models import Recipient

Browse = Callable[[str], Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()
    documents.cache.clear()


def thank(browser: Any, *names: str, **values: Any) -> Any:
    sent = {"kind": "kudos", "body": "Merci pour l’audit", "recipients": list(names)} | values
    return browser.post("/api/v1/posts", json=sent)


def test_thanks_name_people_and_confirm_a_skill_that_they_declare(
    browser_as: Browse, cast: dict[str, int]
) -> None:
    karim = browser_as("karim")
    karim.put("/api/v1/me/skills", json={"skills": [{"label": "Métrologie", "level": 3}]})
    made = thank(browser_as("amelie"), "karim.benali", "@sofia.marchetti", skill="métrologie")
    assert made.status_code == 201, made.get_data(as_text=True)
    post = made.get_json()
    assert [person["uid"] for person in post["recipients"]] == ["karim.benali", "sofia.marchetti"]
    assert post["skill"] == "Métrologie"
    rows = db.db.session().query(Endorsement).all()
    assert [(row.person_id, row.by_id) for row in rows] == [(cast["karim"], cast["amelie"])]
    for path in ("/", f"/posts/{post['id']}", f"/people/{post['recipients'][0]['id']}"):
        assert "audit" in browser_as("claire").get(path).get_data(as_text=True), path
    card = browser_as("claire").get("/").get_data(as_text=True)
    assert "Karim Benali" in card
    assert "Métrologie" in card


@pytest.mark.parametrize(
    ("names", "more", "field"),
    [
        ([], {}, "recipients"),
        (["personne.inconnue"], {}, "recipients"),
        (["amelie.rousseau"], {}, "recipients"),
        (["james.oneill"], {}, "recipients"),
        (["karim.benali"], {"skill": "inconnue au bataillon"}, "skill"),
        ([f"p{n}.q" for n in range(11)], {}, "recipients"),
    ],
)
def test_who_cannot_be_thanked_is_said(browser_as: Browse, names: list[str], more: Any, field: str) -> None:
    answer = thank(browser_as("amelie"), *names, **more)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert db.db.session().query(Recipient).count() == 0


def test_in_a_closed_group_only_members_are_thanked(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    slug = amelie.post("/api/v1/groups", json={"name": "Fermé", "visibility": "closed"}).get_json()["slug"]
    refused = thank(amelie, "karim.benali", group=slug)
    assert refused.status_code == 422
    assert "Karim" in refused.get_json()["errors"]["recipients"][0]


def test_a_week_has_its_quota(browser_as: Browse) -> None:
    ines = browser_as("ines")
    assert ines.post("/admin/thanks", data={"quota": "2"}).status_code == 303
    amelie = browser_as("amelie")
    assert [thank(amelie, "karim.benali").status_code for _ in range(3)] == [201, 201, 403]
    session = db.begin_write()
    for post in session.query(Post):
        post.at -= timedelta(days=8)
    db.commit()
    assert thank(amelie, "karim.benali").status_code == 201


def test_a_site_may_do_without(browser_as: Browse, cast: dict[str, int]) -> None:
    session = db.begin_write()
    for name, site in (("karim", "Dublin"), ("amelie", "Lyon")):
        person = session.get_one(Person, cast[name])
        person.site = site
        person.version += 1
    db.commit()
    ines = browser_as("ines")
    assert 'value="Dublin"' in ines.get("/admin/thanks").get_data(as_text=True)
    assert ines.post("/admin/thanks", data={"quota": "5", "sites_off": "Dublin"}).status_code == 303
    assert "Dublin" in str(company.get(db.db.session(), "kudos_sites_off"))
    karim, amelie = browser_as("karim"), browser_as("amelie")
    assert thank(karim, "sofia.marchetti").status_code == 403
    assert thank(amelie, "karim.benali").status_code == 422
    assert 'value="kudos"' not in karim.get("/").get_data(as_text=True)
    assert 'value="kudos"' in amelie.get("/").get_data(as_text=True)
    for path in ("/admin/thanks",):
        assert amelie.get(path).status_code == 404
        assert amelie.post(path, data={"quota": "9"}).status_code == 404
    assert ines.post("/admin/thanks", data={"quota": "0"}).status_code == 422


def test_the_form_works_without_javascript(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    asked = amelie.post("/posts", data={"kind": "kudos", "body": "Merci !"})
    assert asked.status_code == 422
    assert 'name="recipients"' in asked.get_data(as_text=True)
    form = {"kind": "kudos", "body": "Merci !", "recipients": "@karim.benali, @sofia.marchetti"}
    assert amelie.post("/posts", data=form).status_code == 303
    assert db.db.session().query(Recipient).count() == 2


def test_an_erased_person_is_taken_off(app: Any, cast: dict[str, int], browser_as: Browse) -> None:
    thank(browser_as("amelie"), "karim.benali")
    export = next(e for e in app.extensions["rse_registry"].all("exports") if e.name == "recognition")
    session = db.begin_write()
    assert [row["what"] for row in export.rows(session, cast["karim"])] == ["thanked"]
    export.erase(session, cast["karim"])
    db.commit()
    assert db.db.session().query(Recipient).count() == 0


def test_who_is_thanked_is_told(browser_as: Browse) -> None:
    thank(browser_as("amelie"), "karim.benali")
    jobs.drain()
    assert "vous remercie" in browser_as("karim").get("/notifications").get_data(as_text=True)
    assert "vous remercie" not in browser_as("sofia").get("/notifications").get_data(as_text=True)
