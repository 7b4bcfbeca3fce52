"""Who was inside, or nearly, and is not any more: guests of a group that opened, writers in one that closed."""

from typing import Any

from rse.chat.queries import unread_of
from rse.core import db, jobs
from rse.core.model import encode_id
from rse.people.models import Department, Profile


def group(browser: Any, visibility: str) -> str:
    made = browser.post("/api/v1/groups", json={"name": "Cercle qualité", "visibility": visibility})
    return str(made.json["slug"])


def test_an_invitation_does_not_let_a_guest_into_a_group_that_opened(cast: Any, browser_as: Any) -> None:
    amelie, james = browser_as("amelie"), browser_as("james")
    slug = group(amelie, "closed")
    amelie.post(f"/api/v1/groups/{slug}/members", json={"person_ids": [encode_id(cast["james"])]})
    assert amelie.patch(f"/api/v1/groups/{slug}", json={"visibility": "open"}).status_code == 200
    james.put(f"/api/v1/groups/{slug}/membership")
    people = amelie.get(f"/api/v1/groups/{slug}/members").json["items"]
    assert [one["person"]["uid"] for one in people] == ["amelie.rousseau"]
    assert james.post("/api/v1/posts", json={"body": "Bonjour", "group": slug}).status_code in {403, 404}


def test_who_wrote_in_an_open_group_hears_nothing_of_it_once_it_closed(cast: Any, browser_as: Any) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    slug = group(amelie, "open")
    room = karim.get(f"/api/v1/groups/{slug}/conversation").json["id"]
    assert karim.post(f"/api/v1/conversations/{room}/messages", json={"body": "bonjour"}).status_code == 201
    assert amelie.patch(f"/api/v1/groups/{slug}", json={"visibility": "closed"}).status_code == 200
    assert (
        amelie.post(f"/api/v1/conversations/{room}/messages", json={"body": "entre nous"}).status_code == 201
    )
    assert karim.get(f"/api/v1/conversations/{room}").status_code == 404
    assert "entre nous" not in karim.get("/messages").get_data(as_text=True)
    session = db.db.session()
    session.rollback()
    assert unread_of(session, cast["karim"]) == 0


def test_guests_are_not_told_departments_by_the_search_for_experts(cast: Any, browser_as: Any) -> None:
    session = db.begin_write()
    department = Department(name="Paie", path="Groupe / Paie")
    session.add(department)
    session.flush()
    session.merge(Profile(person_id=cast["karim"], department_id=department.id))
    db.commit()
    amelie, james = browser_as("amelie"), browser_as("james")
    skills = {"skills": [{"label": "retraite", "level": 3}]}
    assert browser_as("karim").put("/api/v1/me/skills", json=skills).status_code == 200
    slug = group(amelie, "closed")
    invited = {"person_ids": [encode_id(cast["james"]), encode_id(cast["karim"])]}
    amelie.post(f"/api/v1/groups/{slug}/members", json=invited)
    for one in (james, browser_as("karim")):
        assert one.put(f"/api/v1/groups/{slug}/membership").status_code == 200
    written = {"body": "La retraite se prépare tôt", "group": slug}
    assert browser_as("karim").post("/api/v1/posts", json=written).status_code == 201
    jobs.drain()
    told = [one.get("/api/v1/experts?q=retraite").json["items"][0] for one in (amelie, james)]
    assert [one["person"]["department"] for one in told] == [{"path": "Groupe / Paie"}, None]
    assert [[proof["kind"] for proof in one["evidence"]] for one in told] == [["skill", "post"], ["post"]]
