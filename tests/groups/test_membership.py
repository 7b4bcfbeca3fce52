"""Entering, leaving, inviting and roles, by the forms and by the API."""

from collections.abc import Callable

import pytest
from flask import Flask

from rse.core import db
from rse.core.model import encode_id
from rse.groups import queries
from tests.factories import Client

As = Callable[[str], Client]


@pytest.fixture
def closed(browser_as: As) -> str:
    made = browser_as("amelie").post(
        "/api/v1/groups", json={"name": "Cercle qualité", "visibility": "closed"}
    )
    assert made.status_code == 201
    return str(made.get_json()["slug"])


def state(app: Flask, slug: str, person: int) -> str | None:
    from sqlalchemy import select

    from rse.groups.models import Group, Membership

    db.rollback()
    query = select(Membership.state).join(Group, Group.id == Membership.group_id)
    return db.session().scalar(query.where(Group.slug == slug, Membership.person_id == person))


def test_asking_then_being_let_in(app: Flask, cast: dict, browser_as: As, closed: str) -> None:
    assert browser_as("karim").put(f"/api/v1/groups/{closed}/membership").get_json() == {"state": "asked"}
    amelie = browser_as("amelie")
    assert "Karim Benali" in amelie.get(f"/groups/{closed}/members").text
    done = amelie.post(f"/groups/{closed}/members/{encode_id(cast['karim'])}/accept")
    assert done.status_code == 303
    assert state(app, closed, cast["karim"]) == "active"


def test_only_staff_sees_who_asks(browser_as: As, closed: str) -> None:
    assert browser_as("karim").get(f"/api/v1/groups/{closed}/members?state=asked").status_code == 403
    assert browser_as("amelie").get(f"/api/v1/groups/{closed}/members?state=asked").status_code == 200


def test_invited_people_accept_or_decline(app: Flask, cast: dict, browser_as: As, closed: str) -> None:
    amelie = browser_as("amelie")
    answer = amelie.post(
        f"/groups/{closed}/invite", data={"people": "@karim.benali, sofia.marchetti@demo.example nobody"}
    )
    assert answer.status_code == 303
    page = amelie.get(f"/groups/{closed}/members").text
    assert "Karim Benali" in page
    assert "nobody" in page
    karim = browser_as("karim")
    assert "Cercle qualité" in karim.get("/groups").text
    karim.post(f"/groups/{closed}/join")
    assert state(app, closed, cast["karim"]) == "active"
    browser_as("sofia").post(f"/groups/{closed}/leave")
    assert state(app, closed, cast["sofia"]) is None


@pytest.mark.parametrize(
    ("who", "visibility"), [("karim", "secret"), ("james", "secret"), ("james", "closed")]
)
def test_an_invitation_names_the_group_and_its_sender_but_no_members(
    cast: dict, browser_as: As, who: str, visibility: str
) -> None:
    amelie, invited = browser_as("amelie"), browser_as(who)
    values = {"name": "Projet Orion", "visibility": visibility, "description": "Nouvelle usine"}
    slug = amelie.post("/api/v1/groups", json=values).get_json()["slug"]
    amelie.post(
        f"/api/v1/groups/{slug}/members",
        json={"person_ids": [encode_id(cast["sofia"]), encode_id(cast[who])]},
    )
    browser_as("sofia").put(f"/api/v1/groups/{slug}/membership")
    for path in (f"/groups/{slug}", f"/groups/{slug}/about"):
        html = invited.get(path).text
        for shown in ("Projet Orion", "Nouvelle usine", "Amélie Rousseau vous invite"):
            assert shown in html
        assert encode_id(cast["amelie"]) not in html
        assert "/members" not in html
    for path in (f"/groups/{slug}/members", f"/api/v1/groups/{slug}/members"):
        assert invited.get(path).status_code == 404, path
    sofia, group = encode_id(cast["sofia"]), amelie.get(f"/api/v1/groups/{slug}").get_json()["id"]
    assert "Projet Orion" not in invited.get(f"/people/{sofia}").text
    if who == "karim":  # nobody is told apart by being offered, or not, in this group
        offered = [invited.get(f"/people/mentions?q={q}&group={group}").text for q in ("sofia", "thomas")]
        assert ["sofia.marchetti" in offered[0], "thomas.nguyen" in offered[1]] == [True, True]
    invited.put(f"/api/v1/groups/{slug}/membership")
    assert "Sofia Marchetti" in invited.get(f"/groups/{slug}/members").text
    names = [m["person"]["uid"] for m in invited.get(f"/api/v1/groups/{slug}/members").get_json()["items"]]
    assert "sofia.marchetti" in names


def test_members_of_a_closed_group_cannot_invite(cast: dict, browser_as: As, closed: str) -> None:
    browser_as("amelie").post(
        f"/api/v1/groups/{closed}/members", json={"person_ids": [encode_id(cast["karim"])]}
    )
    karim = browser_as("karim")
    karim.put(f"/api/v1/groups/{closed}/membership")
    answer = karim.post(f"/api/v1/groups/{closed}/members", json={"person_ids": [encode_id(cast["sofia"])]})
    assert answer.status_code == 403


def test_guests_never_enter_an_open_group(cast: dict, browser_as: As) -> None:
    amelie = browser_as("amelie")
    slug = amelie.post("/api/v1/groups", json={"name": "Ouvert"}).get_json()["slug"]
    answer = amelie.post(f"/api/v1/groups/{slug}/members", json={"person_ids": [encode_id(cast["james"])]})
    assert answer.status_code == 422
    assert "person_ids" in answer.get_json()["errors"]
    assert browser_as("james").put(f"/api/v1/groups/{slug}/membership").status_code == 404


def test_a_group_with_guests_is_not_opened(cast: dict, browser_as: As, closed: str) -> None:
    amelie = browser_as("amelie")
    amelie.post(f"/api/v1/groups/{closed}/members", json={"person_ids": [encode_id(cast["james"])]})
    browser_as("james").put(f"/api/v1/groups/{closed}/membership")
    answer = amelie.patch(f"/api/v1/groups/{closed}", json={"visibility": "open"})
    assert answer.status_code == 422
    assert "visibility" in answer.get_json()["errors"]


def test_the_last_owner_names_another_before_leaving(app: Flask, cast: dict, browser_as: As) -> None:
    amelie = browser_as("amelie")
    slug = amelie.post("/api/v1/groups", json={"name": "Ouvert"}).get_json()["slug"]
    browser_as("karim").put(f"/api/v1/groups/{slug}/membership")
    assert amelie.delete(f"/api/v1/groups/{slug}/membership").status_code == 422
    role = amelie.patch(f"/api/v1/groups/{slug}/members/{encode_id(cast['karim'])}", json={"role": "owner"})
    assert role.status_code == 200
    assert amelie.delete(f"/api/v1/groups/{slug}/membership").status_code == 204
    assert state(app, slug, cast["amelie"]) is None


def test_outsiders_change_nothing(cast: dict, browser_as: As, closed: str) -> None:
    karim = browser_as("karim")
    assert karim.patch(f"/api/v1/groups/{closed}", json={"name": "Pris"}).status_code == 403
    assert karim.delete(f"/api/v1/groups/{closed}").status_code == 403
    assert karim.post(f"/groups/{closed}/edit", data={"name": "Pris"}).status_code == 403
    amelie_id = encode_id(cast["amelie"])
    assert karim.delete(f"/api/v1/groups/{closed}/members/{amelie_id}").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "ab"}, "name"),
        ({"name": "Bon nom", "visibility": "hidden"}, "visibility"),
        ({"name": "Bon nom", "x": 1}, "x"),
        ({}, "name"),
    ],
)
def test_bad_input_names_the_field(browser_as: As, body: dict, field: str) -> None:
    answer = browser_as("amelie").post("/api/v1/groups", json=body)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_the_form_keeps_what_was_typed(browser_as: As) -> None:
    answer = browser_as("amelie").post("/groups", data={"name": "ab", "description": "Tout sur les pompes"})
    assert answer.status_code == 422
    assert "Tout sur les pompes" in answer.text
    assert "Trop court" in answer.text


def test_forms_without_the_token_are_refused(browser_as: As) -> None:
    assert browser_as("amelie").post("/groups", data={"name": "Bon nom"}, csrf=False).status_code == 403


def test_the_same_idempotency_key_creates_one_group(app: Flask, cast: dict, browser_as: As) -> None:
    amelie = browser_as("amelie")
    key = {"Idempotency-Key": "k1"}
    first = amelie.post("/api/v1/groups", json={"name": "Une fois"}, headers=key)
    again = amelie.post("/api/v1/groups", json={"name": "Une fois"}, headers=key)
    other = amelie.post("/api/v1/groups", json={"name": "Autre"}, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()
    assert other.status_code == 422
    from tests.factories import viewer_of

    assert len(queries.directory(db.session(), viewer_of(cast["amelie"]))) == 1


def test_cursors_walk_the_whole_directory_once(browser_as: As) -> None:
    amelie = browser_as("amelie")
    for n in range(5):
        amelie.post("/api/v1/groups", json={"name": f"Groupe {n}"})
    names, cursor = [], ""
    while True:
        answer = amelie.get(f"/api/v1/groups?limit=2{cursor}").get_json()
        names += [g["name"] for g in answer["items"]]
        if not answer["next_cursor"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert names == [f"Groupe {n}" for n in range(5)]
    assert amelie.get("/api/v1/groups?cursor=zzz").status_code == 422
    assert amelie.get("/api/v1/groups?offset=2").status_code == 422
